"""The start of the hook: tells parlab of this Python, and has the libraries that run tasks patched once they are
imported.

It imports nothing that an interpreter has not loaded by itself, since every interpreter pays for it. Whatever goes
wrong here is the watcher's trouble: the program must not notice.
"""
import sys

HERE = __file__.rpartition("/")[0]

# Which of our modules patches which of the libraries'.
PATCHES = {
    "multiprocessing.pool": "parlab_pool",
    "concurrent.futures.thread": "parlab_threads",
    "concurrent.futures.process": "parlab_processes",
    "joblib.parallel": "parlab_joblib",
    "distributed.worker": "parlab_distributed",
    "distributed.scheduler": "parlab_scheduler",
    "joblib.externals.loky.process_executor": "parlab_loky",
}


def note(text):
    """A line on stderr for those who look for what is wrong with the watching."""
    try:
        import os

        if os.environ.get("PARLAB_DEBUG"):
            os.write(2, ("parlab: %s\n" % text).encode("utf-8", "replace"))
    except Exception:
        pass


def patch(module):
    """Hands a module that has just been loaded to the one that patches it."""
    name = module.__name__
    keeps_none = sys.dont_write_bytecode
    try:
        # In a folder of parlab's own.
        sys.dont_write_bytecode = False
        __import__(PATCHES[name])
        sys.modules[PATCHES[name]].patch(module)
    except Exception as error:
        note("%s is not watched: %r" % (name, error))
    finally:
        sys.dont_write_bytecode = keeps_none


class Loader:
    """A module's own loader, and the patch once it has run the module."""

    def __init__(self, loader):
        self.loader = loader

    def __getattr__(self, name):
        return getattr(self.loader, name)

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        # From here on nothing shows that another loader was there.
        module.__spec__.loader = module.__loader__ = self.loader
        self.loader.exec_module(module)
        patch(module)


class Finder:
    """Lets the other finders find the modules that are patched, and finds nothing else."""

    is_parlabs = True

    def __init__(self):
        self.sought = set()

    def find_spec(self, name, path=None, target=None):
        # A finder like this one asks all the others, and so us again.
        if name not in PATCHES or name in self.sought:
            return None
        self.sought.add(name)
        try:
            return self.found_by_others(name, path, target)
        finally:
            self.sought.discard(name)

    def found_by_others(self, name, path, target):
        for finder in list(sys.meta_path):
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find else None
            if spec is not None:
                if hasattr(spec.loader, "exec_module") and hasattr(spec.loader, "create_module"):
                    spec.loader = Loader(spec.loader)
                return spec
        return None


def tell():
    """Leaves a file with the number of this process, so that parlab knows which Pythons it watches."""
    from posix import O_CLOEXEC, O_CREAT, O_WRONLY, close, getpid, open

    close(open("%s/started/%d" % (HERE, getpid()), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))


def watch():
    """Everything of ours that happens at the start of an interpreter."""
    try:
        # A watched program may watch another one.
        if any(getattr(finder, "is_parlabs", False) for finder in sys.meta_path):
            return
        sys.meta_path.insert(0, Finder())
        for name in PATCHES:
            if name in sys.modules:
                patch(sys.modules[name])
        tell()
    except Exception as error:
        note("this Python is not watched: %r" % error)


def load_the_other():
    """Loads the `sitecustomize` of the environment, which ours hides; what it raises is its own to raise."""
    ours = sys.modules.pop("sitecustomize", None)
    hidden = [(at, path) for at, path in enumerate(sys.path) if path == HERE]
    sys.path[:] = [path for path in sys.path if path != HERE]
    try:
        import sitecustomize  # noqa: F401
    except ImportError as error:
        if getattr(error, "name", "sitecustomize") != "sitecustomize":
            raise
    finally:
        for at, path in hidden:
            sys.path.insert(at, path)
        if ours is not None:
            sys.modules.setdefault("sitecustomize", ours)


def keep_bytecode(spec):
    """Has the bytecode of a module kept, unless it is; it is compiled anew for that, once for each kind of Python."""
    try:
        from posix import stat

        stat(spec.cached)
    except OSError:
        spec.loader.get_code(spec.name)
    except Exception:
        # There is nothing to keep, or a Python too old to have it.
        pass


def start():
    from posix import environ

    if sys.version_info >= (3, 8) and b"PARLAB_BOARD" in environ:
        watch()
    load_the_other()
