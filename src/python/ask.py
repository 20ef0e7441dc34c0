import json, sys, sysconfig
def versions(names):
    from importlib.metadata import PackageNotFoundError, version
    for name in names:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            pass
print("\nparlab:" + json.dumps({
    "executable": sys.executable,
    "implementation": getattr(getattr(sys, "implementation", None), "name", "cpython"),
    "version": list(sys.version_info[:3]),
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "packages": dict(versions(sys.argv[1:])) if sys.version_info >= (3, 8) else {},
}))
