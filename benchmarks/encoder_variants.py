"""Which text encoder finds the category of a purchase line: frozen, tuned, projected, static; full or int8.

Run ``python benchmarks/encoder_variants.py [--tuned FOLDER]`` with the reference data at hand; FOLDER is what
``training.encoder.fine_tune`` wrote. The table in docs/decisions/0008-encoder.md is its output. "zero-label"
leaves every labelled line out of the index; "grouped" adds the labelled lines of other groups, in five folds.
Only static and projected vectors change the index; the other variants encode the line, and the index stays.
Differences to the frozen encoder are paired over groups, with a 90% bootstrap interval.
"""

import argparse
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from rich.console import Console
from scipy import sparse
from sklearn.model_selection import GroupKFold

from features.text import DEFAULT_ENCODER, TextEncoder, load_transformer
from models.category import NearestNeighbourCategory
from models.factor_mixing import mix_factors
from models.factor_sets import FactorSet
from models.factor_tables import load_factor_sets
from models.reference_index import ReferenceIndex
from training.encoder_texts import as_on_a_ledger, category_matrix
from training.evaluation import EVALUATED_ON
from training.labelled_sets import LabelledSet, labelled_sets
from training.reference_entries import reference_entries

Vectors = npt.NDArray[np.float32]
FACTOR_YEAR = np.array([2022])
GROCERIES = 500
CANDIDATES = 40
ENTRIES_FOR_RECALL = 400
STATIC_STEPS = 900
SHRINKAGE = 10.0
COLUMNS = ("variant", "set", "index", "top-1", "top-5", "recall@40", "MAPE", "top-1 less frozen", "speed")


@dataclass(frozen=True)
class Variant:
    """Vectors of each set's lines and of the entries; lines per second over those of the frozen encoder."""

    name: str
    queries: list[Vectors]
    entries: Vectors
    speed: float = float("nan")


def main() -> None:
    """Score every variant on every set."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tuned", help="folder of a tuned encoder")
    tuned = parser.parse_args().tuned
    entries = reference_entries([])
    index = ReferenceIndex.from_vectors(entries, TextEncoder().fit().transform(entries["text"]))
    factor_sets = load_factor_sets()
    sets = [smaller(labelled_set) for labelled_set in labelled_sets()]
    console = Console(width=160)
    console.print(" | ".join(COLUMNS))
    frozen_hits: dict[tuple[str, str], npt.NDArray[np.bool_]] = {}
    for variant in variants(index, sets, tuned):
        for labelled_set, queries in zip(sets, variant.queries, strict=True):
            for kind, probability, near in (
                ("zero-label", *voted(index, variant.entries, queries)),
                ("grouped", *grouped(index, variant.entries, queries, labelled_set)),
            ):
                figures, hit = scores(probability, near, classes_of(index), labelled_set, factor_sets)
                before = frozen_hits.setdefault((labelled_set.name, kind), hit)
                gain = paired(hit, before, labelled_set.group)
                row = (variant.name, labelled_set.name, kind, *figures, gain, f"{variant.speed:.1f}")
                console.print(" | ".join(row))


def smaller(labelled_set: LabelledSet) -> LabelledSet:
    """Draw some lines of the largest set, with a fixed seed, keeping their order."""
    n = len(labelled_set.accepted)
    if labelled_set.name != "grocery":
        return labelled_set
    rows = np.sort(np.random.default_rng(0).permutation(n)[:GROCERIES])
    return labelled_set.take(rows)


def variants(index: ReferenceIndex, sets: Sequence[LabelledSet], tuned: str | None) -> Iterator[Variant]:
    """Encode all lines in every way."""
    texts = [labelled_set.text for labelled_set in sets]
    entries = index.quantised.astype(np.float32) * index.scale[:, None]
    frozen, seconds = timed(TextEncoder(threads=1).fit().transform, texts)
    yield Variant("frozen MiniLM", frozen, entries, 1.0)
    whitening = within_class_whitening(entries, classes_of(index)[1])
    mapped = [unit(queries @ whitening) for queries in frozen]
    yield Variant("frozen, whitened within categories", mapped, unit(entries @ whitening), 1.0)
    encoders = {"tuned": (tuned, False), "tuned, int8": (tuned, True)} if tuned else {}
    for name, (folder, int8) in {**encoders, "frozen, int8": (DEFAULT_ENCODER, True)}.items():
        encoder = TextEncoder(folder, threads=1).fit()
        if int8:
            quantise(encoder)
        queries, took = timed(encoder.transform, texts)
        yield Variant(name, queries, entries, seconds / took)
    for name, steps in (("static, distilled vocabulary", 0), ("static, trained", STATIC_STEPS)):
        static = StaticVectors().fit(index.entries["text"], entries, steps)
        queries, took = timed(static.transform, texts)
        yield Variant(name, queries, static.transform(index.entries["text"]), seconds / took)


def timed(encode: Callable[[pd.Series], Vectors], texts: Sequence[pd.Series]) -> tuple[list[Vectors], float]:
    """Encode every set and say how many seconds it took."""
    started = time.process_time()  # a shared machine: the time of this process alone
    return [encode(text) for text in texts], time.process_time() - started


def quantise(encoder: TextEncoder) -> None:
    """Turn the linear layers into int8, the activations with them as they come."""
    import torch  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated in favour of a package that is not needed otherwise
        module: Any = encoder._transformer[0]  # noqa: SLF001
        module.model = torch.ao.quantization.quantize_dynamic(  # type: ignore[no-untyped-call]
            module.model, {torch.nn.Linear}
        )


def within_class_whitening(entries: Vectors, column: npt.NDArray[np.int64]) -> Vectors:
    """Inverse root of the covariance within categories, drawn towards the identity, (d, d)."""
    mean = np.zeros((column.max() + 1, entries.shape[1]))
    np.add.at(mean, column, entries)
    deviation = entries - (mean / np.bincount(column)[:, None])[column]
    value, vector = np.linalg.eigh(deviation.T @ deviation / len(entries))
    return np.asarray((vector * (value / value.mean() + SHRINKAGE) ** -0.5) @ vector.T, dtype=np.float32)


def unit(vectors: npt.NDArray[Any]) -> Vectors:
    """Scale rows to length 1."""
    length = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return np.asarray(vectors / length, dtype=np.float32)


class StaticVectors:
    """A vector for each word piece, their mean for a text: distilled from MiniLM's vectors of single pieces.

    Trained towards MiniLM's vectors of the entries and of the same entries as written on a ledger (Tulkens
    and van Dongen, *Model2Vec*, 2024).
    """

    def fit(self, texts: pd.Series, targets: Vectors, steps: int) -> "StaticVectors":
        """Distil, then train; ``targets`` are the vectors of the texts."""
        import torch  # noqa: PLC0415

        transformer = load_transformer(DEFAULT_ENCODER, 1)
        self._tokenizer = transformer.tokenizer
        table = vocabulary_vectors(transformer)
        clean = self._pieces(texts)
        counts = np.bincount(np.concatenate(clean), minlength=len(table)) + 1
        table = (table - table.mean(axis=0)) * (1e-3 / (1e-3 + counts / counts.sum()))[:, None]
        self._bag = torch.nn.EmbeddingBag.from_pretrained(
            torch.tensor(table, dtype=torch.float32), freeze=False, mode="mean", sparse=True
        )
        draw = np.random.default_rng(0)
        written = self._pieces(pd.Series([as_on_a_ledger(text, draw) for text in texts])) if steps else []
        optimiser = torch.optim.SparseAdam(list(self._bag.parameters()))
        for step in range(steps):
            optimiser.param_groups[0]["lr"] = 2e-3 * (1 - step / steps)
            rows = draw.integers(len(texts), size=512)
            source = written if step % 2 else clean
            query = self._bagged([source[row] for row in rows])
            loss = (1 - (query * torch.tensor(targets[rows])).sum(1)).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()  # type: ignore[no-untyped-call]
        return self

    def transform(self, texts: pd.Series) -> Vectors:
        """Encode texts, (n, d)."""
        import torch  # noqa: PLC0415

        with torch.no_grad():
            return np.asarray(self._bagged(self._pieces(texts)).numpy(), dtype=np.float32)

    def _pieces(self, texts: pd.Series) -> list[list[int]]:
        found = self._tokenizer(list(texts), add_special_tokens=False, truncation=True, max_length=256)
        return [pieces or [0] for pieces in found["input_ids"]]

    def _bagged(self, pieces: list[list[int]]) -> Any:
        import torch  # noqa: PLC0415

        starts = np.cumsum([0, *[len(p) for p in pieces[:-1]]])
        return torch.nn.functional.normalize(
            self._bag(torch.tensor(np.concatenate(pieces)), torch.tensor(starts)), dim=1
        )


def vocabulary_vectors(transformer: Any) -> Vectors:
    """Encode each word piece alone, (V, d)."""
    import torch  # noqa: PLC0415

    tokenizer, model = transformer.tokenizer, transformer[0].auto_model.eval()
    out = []
    for pieces in torch.split(torch.arange(tokenizer.vocab_size), 256):
        ends = [torch.full_like(pieces, end) for end in (tokenizer.cls_token_id, tokenizer.sep_token_id)]
        tokens = torch.stack([ends[0], pieces, ends[1]], dim=1)
        with torch.no_grad():
            hidden = model(input_ids=tokens, attention_mask=torch.ones_like(tokens)).last_hidden_state
        out.append(hidden.mean(dim=1).numpy())
    return unit(np.concatenate(out))


def classes_of(index: ReferenceIndex) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.int64]]:
    """Categories, and the column of each entry's."""
    classes, column = np.unique(index.entries["naics_code"].to_numpy(str), return_inverse=True)
    return classes, np.asarray(column, dtype=np.int64)


def voted(
    index: ReferenceIndex, entries: Vectors, queries: Vectors
) -> tuple[sparse.csr_matrix, npt.NDArray[np.int64]]:
    """Probabilities (n, C), and the column of each of the nearest entries, (n, k)."""
    return _voted(ReferenceIndex.from_vectors(index.entries, entries), queries, classes_of(index)[0])


def grouped(
    index: ReferenceIndex, entries: Vectors, queries: Vectors, labelled_set: LabelledSet
) -> tuple[sparse.csr_matrix, npt.NDArray[np.int64]]:
    """Vote with the labelled lines of other groups in the index."""
    classes, _ = classes_of(index)
    probability = sparse.lil_matrix((len(queries), len(classes)))
    near = np.zeros((len(queries), ENTRIES_FOR_RECALL), dtype=np.int64)
    for seen, unseen in GroupKFold(5).split(queries, groups=labelled_set.group):
        lines = [(row, rank, code) for row in seen for rank, code in enumerate(labelled_set.accepted[row])]
        known = [(row, rank, code) for row, rank, code in lines if code in set(classes)]
        rows = [row for row, _, _ in known]
        added = pd.DataFrame(
            {
                "naics_code": [code for _, _, code in known],
                "text": labelled_set.text.iloc[rows].to_numpy(),
                "source": labelled_set.name,
                "source_code": labelled_set.record[rows],
                "weight": [0.5**rank for _, rank, _ in known],
                "view": "line",
            }
        )
        grown = pd.concat([index.entries, added], ignore_index=True)
        grown = grown.assign(text=grown["text"].replace("", "-"))
        fold = ReferenceIndex.from_vectors(grown, np.vstack([entries, queries[rows]]))
        probability[unseen], near[unseen] = _voted(fold, queries[unseen], classes)
    return sparse.csr_matrix(probability), near


def _voted(
    index: ReferenceIndex, queries: Vectors, classes: npt.NDArray[np.str_]
) -> tuple[sparse.csr_matrix, npt.NDArray[np.int64]]:
    category = NearestNeighbourCategory().fit(index)
    weight = index.entries["weight"].to_numpy()
    bonus = (category.temperature * np.log(weight)).astype(np.float32)
    found = index.search(queries, ENTRIES_FOR_RECALL, bonus).entry
    column = np.searchsorted(classes, index.entries["naics_code"].to_numpy(str))
    return category.votes(queries).probability, column[found]


def scores(
    probability: sparse.csr_matrix,
    near: npt.NDArray[np.int64],
    classes: tuple[npt.NDArray[np.str_], npt.NDArray[np.int64]],
    labelled_set: LabelledSet,
    factor_sets: Any,
) -> tuple[list[str], npt.NDArray[np.bool_]]:
    """Top-1, top-5, recall among 40 categories, error of the factor; and the hits, (n,)."""
    accepted = category_matrix(labelled_set.accepted, classes[0])
    order = np.argsort(-probability.toarray(), axis=1, kind="stable")[:, :5]
    hit = np.take_along_axis(accepted, order, axis=1)
    within = [accepted[row, pd.unique(columns)[:CANDIDATES]].any() for row, columns in enumerate(near)]
    mape = factor_error(probability, classes[0], labelled_set, factor_sets[EVALUATED_ON])
    shares = (hit[:, 0].mean(), hit.any(axis=1).mean(), np.mean(within))
    return [*(f"{share:.3f}" for share in shares), f"{mape:.1%}"], hit[:, 0]


def factor_error(
    probability: sparse.csr_matrix,
    classes: npt.NDArray[np.str_],
    labelled_set: LabelledSet,
    factor_set: FactorSet,
) -> float:
    """Mean absolute percentage error of the mixed factor against that of the best accepted category."""
    factors = factor_set.kg_co2e_per_unit([str(code) for code in classes], FACTOR_YEAR)
    known = dict(zip(classes, factors[:, 0], strict=True))
    usable = [
        next((known[c] for c in codes if np.isfinite(known.get(c, np.nan))), np.nan)
        for codes in labelled_set.accepted
    ]
    ratio = np.exp(mix_factors(probability, factors).log_factor[:, 0]) / np.array(usable)
    return float(np.nanmean(np.abs(ratio - 1)))


def paired(hit: npt.NDArray[np.bool_], before: npt.NDArray[np.bool_], group: npt.NDArray[np.str_]) -> str:
    """Difference of two shares of hits with its 90% interval over resampled groups."""
    number, names = pd.factorize(group)
    gained = np.bincount(number, hit.astype(float) - before, minlength=len(names))
    size = np.bincount(number, minlength=len(names))
    drawn = np.random.default_rng(0).integers(0, len(names), (2000, len(names)))
    low, high = np.quantile(gained[drawn].sum(axis=1) / size[drawn].sum(axis=1), [0.05, 0.95])
    return f"{hit.mean() - before.mean():+.3f} ({low:+.3f} to {high:+.3f})"


if __name__ == "__main__":
    main()
