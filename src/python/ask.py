import json, sys, sysconfig
# What lies where parlab was started is not installed.
sys.path[:] = [path for path in sys.path if path]
def versions(names):
    from importlib.metadata import PackageNotFoundError, version
    from importlib.util import find_spec
    for name in names:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            # One that was put there by hand is called as it is imported. A mere folder is none.
            spec = find_spec(name) if name.isidentifier() else None
            if spec and spec.origin:
                yield name, ""
print("\nparlab:" + json.dumps({
    "executable": sys.executable,
    "implementation": getattr(getattr(sys, "implementation", None), "name", "cpython"),
    "version": list(sys.version_info[:3]),
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "packages": dict(versions(sys.argv[1:])) if sys.version_info >= (3, 8) else {},
}))
