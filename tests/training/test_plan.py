import mlflow
import pytest

from models.ranker import CategoryRanker
from training.plan import TrainingPlan, ranker_parameters
from training.registry import Registry, UnknownRunError
from training.share_alike import ShareAlike
from training.tracking import log_data_versions, log_file, log_parameters, training_run

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning")


@pytest.fixture
def recorded(tmp_path):
    """Record a plan as a training does, with a ranker, and read the run back."""

    def record(plan, ranker, *, keep=True):
        uri = f"sqlite:///{tmp_path / 'runs.db'}"
        with training_run(uri, plan.name, plan.tags()) as run:
            log_parameters({"encoder": plan.encoder, **plan.parameters(), **ranker_parameters(ranker)})
            log_data_versions({f"user labels/{path.name}": {"sha256": "0"} for path in plan.labels})
            for path in plan.labels if keep else ():
                log_file(path, "user_labels")
        return Registry(uri).run(run.info.run_id)

    return record


def test_a_plan_is_read_back_from_its_run_with_what_was_chosen(recorded, tmp_path):
    labels = tmp_path / "mine.csv"
    labels.write_text("description,category_code\n")
    plan = TrainingPlan(seed=4, quick=True, labels=(labels,), labels_weight=3.5, search_minutes=2.0)
    chosen = CategoryRanker(rounds=77, leaves=9, learning_rate=0.1 / 3, seeds=(4, 5))

    again = TrainingPlan.of_run(recorded(plan, chosen), tmp_path / "copies")

    assert again.ranker().get_params() == chosen.get_params()
    assert (again.seed, again.quick, again.labels_weight) == (4, True, 3.5)
    assert again.search_minutes == 0
    assert [path.read_text() for path in again.labels] == ["description,category_code\n"]


@pytest.mark.parametrize("asked_for", [(), (ShareAlike.BOAVIZTA,), (ShareAlike.OEFDB, ShareAlike.BOAVIZTA)])
def test_a_run_is_repeated_with_the_share_alike_sets_that_it_took(recorded, tmp_path, asked_for):
    plan = TrainingPlan(share_alike=asked_for)
    assert TrainingPlan.of_run(recorded(plan, CategoryRanker()), tmp_path).share_alike == asked_for
    assert ("share-alike" in plan.name) == bool(asked_for)


def test_a_run_that_lost_its_labels_cannot_be_repeated(recorded, tmp_path):
    (tmp_path / "mine.csv").write_text("x")
    run = recorded(TrainingPlan(labels=(tmp_path / "mine.csv",)), CategoryRanker(), keep=False)
    with pytest.raises(UnknownRunError, match=r"without its labels mine\.csv"):
        TrainingPlan.of_run(run, tmp_path / "copies")


def test_a_run_is_named_and_tagged_after_its_plan(recorded, tmp_path):
    assert TrainingPlan().name == "full, seed 0"
    assert TrainingPlan(quick=True, labels=(tmp_path / "a.csv",), search_minutes=1).name == (
        "quick, seed 0, own labels, search"
    )
    run = recorded(TrainingPlan(), CategoryRanker())
    assert mlflow.get_run(run.run_id).info.run_name == "full, seed 0"
    assert (run.tags["kind"], run.tags["own_labels"]) == ("full", "none")


def test_seeds_follow_the_plan_and_a_quick_ranker_is_small():
    assert TrainingPlan(seed=3).ranker().seeds == tuple(3 + seed for seed in CategoryRanker().seeds)
    quick = TrainingPlan(seed=3, quick=True).ranker()
    assert quick.seeds == (3,)
    assert quick.rounds < CategoryRanker().rounds
