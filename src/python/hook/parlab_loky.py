"""Has joblib's loky write tracebacks down without our frames; its tasks are watched by `parlab_joblib`."""
from parlab_hook import hide_own_frames


def patch(module):
    hide_own_frames(module._ExceptionWithTraceback)
