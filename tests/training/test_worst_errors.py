import numpy as np
import pytest

from models.factor_tables import load_factor_sets
from training.evaluation import evaluate
from training.worst_errors import worst_categories

pytestmark = pytest.mark.data_package


@pytest.fixture(scope="module")
def found(fitted, lines):
    return evaluate(fitted, lines, load_factor_sets()["epa-v1.3"])


def test_the_worst_lines_of_each_set_come_first_and_once_a_group(found, fitted, lines):
    titles = {"339113": "Surgical supplies"}
    table = worst_categories(found, fitted.model.classes_, titles, n=6)
    assert table["dataset"].value_counts().to_dict() == {"public": 6, "austin": 6}
    for _, mine in table.groupby("dataset"):
        off = mine["log_error"].abs().to_numpy()
        assert (np.diff(off) <= 0).all()
    texts = set(lines.questions.text)
    assert set(table["text"]) <= texts
    gloves = table[table["accepted"].str.startswith("339113")]
    assert gloves["accepted"].eq("339113 Surgical supplies").all()


def test_an_answer_that_is_right_is_called_so(found, fitted):
    table = worst_categories(found, fitted.model.classes_, {}, n=100)
    assert (table["right"] == (table["answer"] == table["accepted"])).all()
