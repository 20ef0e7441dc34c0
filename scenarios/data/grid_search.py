"""A grid search by scikit-learn: grid_search.py WORKERS [--dask]"""
import sys
import tempfile

from sklearn.datasets import make_classification
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC

GRID = {"C": [0.1, 1, 10, 100], "gamma": [0.001, 0.01, 0.1]}


def search(workers):
    """Twelve combinations, each of them fitted and scored three times: 36 tasks, and one more fit at the end."""
    samples, classes = make_classification(n_samples=1200, n_features=20, n_informative=8, flip_y=0.1, random_state=0)
    found = GridSearchCV(SVC(), GRID, cv=3, n_jobs=workers).fit(samples, classes)
    print("best: %s, accuracy %.4f" % (found.best_params_, found.best_score_))


def search_by_dask(workers):
    """The same; what joblib would give to its own processes goes to those of a cluster."""
    import dask
    import joblib
    from distributed import Client, LocalCluster

    # Its processes keep there what does not fit their memory.
    with tempfile.TemporaryDirectory() as scratch, dask.config.set({"temporary-directory": scratch}):
        with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster:
            with Client(cluster), joblib.parallel_backend("dask"):
                search(workers)


if __name__ == "__main__":
    count = int(sys.argv[1])
    search_by_dask(count) if "--dask" in sys.argv else search(count)
