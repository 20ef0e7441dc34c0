"""A grid search and a forest with scikit-learn's n_jobs: searched.py JOBS"""
import sys

from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV


def main(jobs):
    data, labels = make_classification(n_samples=120, n_features=6, random_state=1)
    search = GridSearchCV(LogisticRegression(), {"C": [0.01, 0.1, 1.0, 10.0]}, cv=3, n_jobs=jobs)
    search.fit(data, labels)
    print(search.best_params_, [round(score, 6) for score in search.cv_results_["mean_test_score"]])
    forest = RandomForestClassifier(n_estimators=8, random_state=1, n_jobs=jobs).fit(data, labels)
    print(round(forest.score(data, labels), 6))


if __name__ == "__main__":
    main(int(sys.argv[1]))
