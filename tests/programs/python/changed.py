"""Changes its environment, so that its workers start in another one: changed.py NAME=VALUE PROGRAM KIND"""
import importlib
import os
import sys

if __name__ == "__main__":
    name, _, value = sys.argv[1].partition("=")
    os.environ[name] = value
    importlib.import_module(sys.argv[2]).main(sys.argv[3])
