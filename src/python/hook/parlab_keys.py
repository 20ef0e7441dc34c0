"""What keys of Dask say of their tasks: for the workers that are hooked, and for the client of a cluster. It imports nothing
of parlab's."""
import re


def index_of(key):
    """The number in a key such as `('sum-1f', 3)`; None where there is none, or several."""
    found = re.match(r"^\('[^']*', (\d+)\)$", str(key))
    return int(found.group(1)) if found else None
