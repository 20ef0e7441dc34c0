"""What each Python below `parlab watch` loads before its program: hands over to `parlab_start`.

To compile anything at all costs an interpreter a millisecond. So bytecode is kept also where Python is told to keep
none, in this folder, which is parlab's own.
"""
import sys

keeps_none = sys.dont_write_bytecode
try:
    sys.dont_write_bytecode = False
    import parlab_start

    parlab_start.keep_bytecode(globals().get("__spec__") if keeps_none else None)
finally:
    sys.dont_write_bytecode = keeps_none

parlab_start.start()
