"""Adapt the encoder to purchase lines without a labelled one: its upper layers learn to find categories."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.text import DEFAULT_ENCODER, LAYERS_FILE, load_transformer, sha256_of
from training.encoder_texts import TuningTexts, as_on_a_ledger, category_matrix, tariff_texts

REPORT_FILE: Final = "tuning.json"
TAUGHT_BY: Final = ("naics_2017_index", "naics_2017_titles", "naics_2017_descriptions", "schedule_b", "emdn")
"""Sources that teach: classifications alone, so that one encoder serves every fold of an evaluation."""

_SECONDS_PER_MINUTE: Final = 60
_LONGEST: Final = 40
"""Tokens of a training text."""


@dataclass(frozen=True)
class TuningPlan:
    """How to tune; the figures behind the defaults stand in decision 0008.

    Attributes
    ----------
    steps, batch_size
        Updates, and texts for each.
    minutes
        Time limit; a run that it cuts short is not reproducible, and its report says so.
    seed
        Of the texts that are drawn and how they are written. Nothing else is random.
    layers
        Trained layers, counted from the top.
    learning_rate
        Its highest value: it rises over a tenth of the steps and falls to zero.
    temperature
        Of the vote, as in :class:`models.category.NearestNeighbourCategory`.
    anchor
        Weight of the pull towards the vector that the text, cleanly written, had before.
    tariff_share
        Share of a batch that names goods of a tariff, the others being reference entries.
    written_share
        Share of texts written as on a ledger.
    blend
        Share of the tuned weights in what is saved, the others being those from before.
    """

    steps: int = 300
    batch_size: int = 64
    minutes: float = 25.0
    seed: int = 0
    layers: int = 2
    learning_rate: float = 1e-4
    temperature: float = 0.05
    anchor: float = 2.0
    tariff_share: float = 0.25
    written_share: float = 0.6
    blend: float = 0.5


@dataclass(frozen=True)
class Tuning:
    """What a tuning did.

    Attributes
    ----------
    folder
        To give to :class:`features.text.TextEncoder`.
    weights_sha256
        Of the tuned layers.
    device, seconds, steps
        Where, how long and how far it ran.
    complete
        Whether every planned step was made.
    vote_loss, drift
        By step: negative log probability of an accepted category, and one minus the cosine to the text's
        vector from before.
    """

    folder: str
    weights_sha256: str
    device: str
    seconds: float
    steps: int
    complete: bool
    plan: TuningPlan
    vote_loss: list[float] = field(repr=False)
    drift: list[float] = field(repr=False)


def fine_tune(
    output: Path,
    entries: pd.DataFrame,
    vectors: npt.NDArray[np.float32],
    *,
    plan: TuningPlan | None = None,
    device: str | None = None,
    tariff: TuningTexts | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Tuning:
    """Tune the upper layers of the default encoder and save them.

    A text, often rewritten as on a ledger, is a query; the reference entries, as the encoder from before sees
    them, vote for its category, itself left out. Entries of its own category are never negatives, and the
    hardest negatives are in every batch, for all entries are. So the index need not be encoded again.

    Parameters
    ----------
    output
        Folder for the layers (float16, 7 MB) and the report.
    entries
        m rows of :class:`models.reference_index.ReferenceEntries`; all but :data:`TAUGHT_BY` are passed over.
    vectors
        (m, d) unit-norm vectors of the entries by the default encoder.
    plan
        How; ``None`` takes the defaults.
    device
        "cpu", "cuda"; ``None`` takes a GPU where there is one.
    tariff
        Further texts with their categories; ``None`` takes those of the tariffs.
    say
        Told of the progress.

    Notes
    -----
    The vote as a loss is neighbourhood components analysis (Goldberger et al., NIPS 2004); the blend of
    weights is WiSE-FT (Wortsman et al., CVPR 2022).
    """
    import torch  # noqa: PLC0415 - takes seconds

    plan = plan or TuningPlan()
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    kept = entries["source"].isin(TAUGHT_BY).to_numpy()
    lessons = _Lessons(entries[kept].reset_index(drop=True), tariff or tariff_texts(), plan)
    transformer = load_transformer(DEFAULT_ENCODER).to(device)
    names = _upper_layers(transformer, plan.layers)
    before = _weights(transformer, names)
    started = time.perf_counter()
    losses = _train(transformer, names, lessons, vectors[kept], plan, device, say)
    seconds = time.perf_counter() - started
    tuned = _weights(transformer, names)
    output.mkdir(parents=True, exist_ok=True)
    _save({n: before[n] + plan.blend * (tuned[n] - before[n]) for n in names}, output / LAYERS_FILE)
    tuning = Tuning(
        folder=str(output),
        weights_sha256=sha256_of(output / LAYERS_FILE),
        device=device,
        seconds=round(seconds, 1),
        steps=len(losses),
        complete=len(losses) == plan.steps,
        plan=plan,
        vote_loss=[vote for vote, _ in losses],
        drift=[drift for _, drift in losses],
    )
    (output / REPORT_FILE).write_text(
        json.dumps({"base": DEFAULT_ENCODER, **asdict(tuning)}, indent=1), "utf-8"
    )
    return tuning


class _Lessons:
    """Batches of texts with their accepted categories and what must not vote for them."""

    def __init__(self, entries: pd.DataFrame, tariff: TuningTexts, plan: TuningPlan) -> None:
        self.text = entries["text"].tolist()
        self.tariff = tariff
        self.classes, self.entry_class = np.unique(entries["naics_code"].to_numpy(str), return_inverse=True)
        self.log_weight = np.log(entries["weight"].to_numpy(np.float64)).astype(np.float32)
        self.twin = _twins(entries)
        self._accepted = category_matrix(tariff.accepted, self.classes)
        self._usable = np.flatnonzero(self._accepted.any(axis=1))
        share = 1 / np.sqrt(10 + np.bincount(self.entry_class)[self.entry_class])
        self._share = share / share.sum()
        self._plan = plan
        self._draw = np.random.default_rng(plan.seed)

    def batch(self) -> tuple[list[str], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """Texts (b), the entries that the first of them are, and accepted categories (b, C)."""
        from_tariff = round(self._plan.batch_size * self._plan.tariff_share) if len(self._usable) else 0
        entry = self._draw.choice(len(self.text), self._plan.batch_size - from_tariff, p=self._share)
        other = self._draw.choice(self._usable, from_tariff) if from_tariff else np.zeros(0, np.int64)
        texts = [self.text[row] for row in entry] + [self.tariff.text[row] for row in other]
        own = np.zeros((len(entry), len(self.classes)), dtype=bool)
        own[np.arange(len(entry)), self.entry_class[entry]] = True
        return [self._written(text) for text in texts], entry, np.vstack([own, self._accepted[other]])

    def _written(self, text: str) -> str:
        return as_on_a_ledger(text, self._draw) if self._draw.random() < self._plan.written_share else text


def _twins(entries: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Give each entry a number that texts of one position, such as a short and a long name, share."""
    own_code = entries["source_code"] != entries["naics_code"]
    key = (entries["source"] + ":" + entries["source_code"]).where(own_code, entries.index.astype(str))
    return np.asarray(pd.factorize(key)[0], dtype=np.int64)


def _train(
    transformer: Any,
    names: list[str],
    lessons: _Lessons,
    vectors: npt.NDArray[np.float32],
    plan: TuningPlan,
    device: str,
    say: Callable[[str], None],
) -> list[tuple[float, float]]:
    import torch  # noqa: PLC0415

    model = transformer[0].auto_model.eval()  # without dropout: nothing is random but the batches
    trained = [p for name, p in model.named_parameters() if name in set(names)]
    model.requires_grad_(False)
    for parameter in trained:
        parameter.requires_grad_(True)
    optimiser = torch.optim.AdamW(trained, lr=plan.learning_rate, weight_decay=0.0)
    vote = _Vote(lessons, vectors, plan.temperature, device)
    losses: list[tuple[float, float]] = []
    started = time.perf_counter()
    for step in range(plan.steps):
        if time.perf_counter() - started > plan.minutes * _SECONDS_PER_MINUTE:
            break
        for group in optimiser.param_groups:
            group["lr"] = plan.learning_rate * _schedule(step, plan.steps)
        texts, entry, accepted = lessons.batch()
        query = _encoded(transformer, texts, device)
        vote_loss = vote.loss(query, entry, accepted)
        drift = (1 - (query[: len(entry)] * vote.vectors[entry]).sum(1)).mean()
        optimiser.zero_grad()
        (vote_loss + plan.anchor * drift).backward()
        optimiser.step()
        losses.append((vote_loss.item(), drift.item()))
        if (step + 1) % 50 == 0:
            mean_vote, mean_drift = np.mean(losses[-50:], axis=0)
            say(f"step {step + 1} of {plan.steps}: vote {mean_vote:.3f}, drift {mean_drift:.3f}")
    return losses


class _Vote:
    """Votes of all entries for the category of a query, as a loss."""

    def __init__(
        self, lessons: _Lessons, vectors: npt.NDArray[np.float32], temperature: float, device: str
    ) -> None:
        import torch  # noqa: PLC0415

        self.vectors = torch.tensor(vectors, device=device)
        self._class = torch.tensor(lessons.entry_class, device=device)
        self._log_weight = torch.tensor(lessons.log_weight, device=device)
        self._twin = torch.tensor(lessons.twin, device=device)
        self._temperature = temperature

    def loss(self, query: Any, entry: npt.NDArray[np.int64], accepted: npt.NDArray[np.bool_]) -> Any:
        """Mean negative log share of the votes that go to accepted categories; query is (b, d)."""
        import torch  # noqa: PLC0415

        logit = query @ self.vectors.T / self._temperature + self._log_weight
        itself = torch.zeros_like(logit, dtype=torch.bool)
        itself[: len(entry)] = self._twin[entry][:, None] == self._twin[None]
        votes = torch.softmax(logit.masked_fill(itself, -torch.inf), dim=1)
        right = torch.tensor(accepted, device=query.device).index_select(1, self._class)
        return -torch.log((votes * right).sum(1) + 1e-4).mean()


def _encoded(transformer: Any, texts: list[str], device: str) -> Any:
    import torch  # noqa: PLC0415

    tokens = transformer.tokenizer(
        texts, truncation=True, max_length=_LONGEST, padding=True, return_tensors="pt"
    ).to(device)
    with torch.autocast(device, dtype=torch.bfloat16):
        hidden = transformer[0].auto_model(**tokens).last_hidden_state
    mask = tokens["attention_mask"][..., None].float()
    return torch.nn.functional.normalize((hidden.float() * mask).sum(1) / mask.sum(1), dim=1)


def _schedule(step: int, steps: int) -> float:
    return min(1.0, (step + 1) / max(1, steps // 10)) * (1 - step / steps)


def _upper_layers(transformer: Any, count: int) -> list[str]:
    model = transformer[0].auto_model
    lowest = model.config.num_hidden_layers - count
    return [
        name
        for name, _ in model.named_parameters()
        if name.startswith("encoder.layer.") and int(name.split(".")[2]) >= lowest
    ]


def _weights(transformer: Any, names: list[str]) -> dict[str, npt.NDArray[np.float32]]:
    state = transformer[0].auto_model.state_dict()
    return {name: state[name].float().cpu().numpy().copy() for name in names}


def _save(weights: dict[str, npt.NDArray[np.float32]], path: Path) -> None:
    from safetensors.numpy import save_file  # noqa: PLC0415

    save_file({name: value.astype(np.float16) for name, value in weights.items()}, path)
