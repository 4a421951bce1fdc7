"""What the pages are given to show: plain frozen values, made by the window from runs and data.

A page never reads a run or a data set itself; it gets these by slot and says its wishes by signal.
Numbers stay numbers here; the pages write them as words.
"""

from __future__ import annotations

from dataclasses import dataclass

# ---- runs (Train) ---------------------------------------------------------------------------------

LIVE_STATES = ("waiting", "starting", "running", "paused", "stopping")


@dataclass(frozen=True)
class RunRow:
    """One line of the list of runs."""

    id: str
    name: str
    number: int
    state: str  # waiting starting running paused stopping finished stopped failed lost
    fraction: float = 0.0  # of the epochs, while it lives
    epoch: int = 0
    epochs: int = 0
    seconds: float = 0.0
    best_value: float | None = None
    best_kind: str = "number"  # number or share
    best: bool = False  # the best of several that answer the same question
    message: str = ""  # why it failed, one line


@dataclass(frozen=True)
class RunHead:
    """What the head of the Train page says about the chosen run."""

    id: str
    name: str
    number: int
    state: str
    epoch: int = 0  # full epochs done
    epochs: int = 0
    batch: int = 0  # within the running epoch
    batches: int = 0
    seconds: float = 0.0
    seconds_left: float | None = None
    done_at: str = ""  # "14:32"
    items_per_second: float | None = None
    item_word: str = "items"  # images, rows, series
    best_epoch: int | None = None  # counted from 1
    device: str = ""
    message: str = ""


@dataclass(frozen=True)
class StepRow:
    """One optimizer step of the training."""

    epoch: float  # 3.25 = a quarter into the fourth epoch
    seconds: float
    loss: float
    learning_rate: float
    gradient: float | None = None


@dataclass(frozen=True)
class EpochRow:
    """One measured value at the end of one epoch."""

    epoch: int  # counted from 1
    seconds: float
    part: str  # train or validation
    metric: str  # loss or the name of a metric
    value: float


@dataclass(frozen=True)
class MetricName:
    """A metric as the chart shows it."""

    key: str
    words: str
    kind: str = "number"  # number or share (shown in %)
    higher_is_better: bool = True


@dataclass(frozen=True)
class ComparedRun:
    """A run beside others: all its numbers."""

    id: str
    name: str
    number: int
    steps: tuple[StepRow, ...] = ()
    epochs: tuple[EpochRow, ...] = ()


@dataclass(frozen=True)
class Advice:
    """One finding of the Doctor or of the data report, with its repair."""

    level: str  # error warning info good
    title: str
    text: str = ""
    action: str = ""  # words on the button; none, no button
    key: str = ""  # handed back when the button is pressed


@dataclass(frozen=True)
class Meter:
    """One measured thing of this computer over the last minute."""

    key: str
    words: str
    value: str  # "84 %", "3.1 of 12 GB"
    history: tuple[float, ...] = ()  # shares 0 to 1, oldest first


@dataclass(frozen=True)
class SampleValue:
    """Something that the network made at the end of an epoch."""

    epoch: int
    kind: str  # images, frame (PNG), text (UTF-8) or points (JSON)
    name: str
    blob: bytes


# ---- data ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SourceCard:
    """A data source as a card."""

    key: str
    name: str
    icon: str
    lines: tuple[str, ...] = ()
    chosen: bool = False


@dataclass(frozen=True)
class FieldCard:
    """An input or target as the model sees it."""

    name: str
    kind: str  # port kind: image numbers sequence tokens value
    shape: str  # "3 ch × 112 × 112", "8 classes"
    note: str = ""  # "feeds the node Photos"
    role: str = "input"  # input or target


@dataclass(frozen=True)
class ClassCount:
    """How many items a class has."""

    name: str
    count: int


@dataclass(frozen=True)
class Bins:
    """A histogram: counts between edges, the edges one more than the counts."""

    counts: tuple[int, ...] = ()
    edges: tuple[float, ...] = ()


@dataclass(frozen=True)
class ColumnInfo:
    """A column of a table."""

    name: str
    kind: str  # number category image series signal tokens
    role: str = "input"  # input target unused
    missing: int = 0
    bins: Bins | None = None
    classes: tuple[ClassCount, ...] = ()


@dataclass(frozen=True)
class DataHead:
    """What the centre of the Data page shows."""

    shape: str  # images or table
    count: int
    classes: tuple[ClassCount, ...] = ()
    columns: tuple[ColumnInfo, ...] = ()


@dataclass(frozen=True)
class Thumb:
    """One picture of the grid."""

    png: bytes
    label: int | None = None  # index of the class
    name: str = ""


@dataclass(frozen=True)
class SplitInfo:
    """How items are divided."""

    shares: tuple[float, float, float]
    counts: tuple[int, int, int]
    seed: int = 0
    stratify: bool = True
    can_stratify: bool = True


@dataclass(frozen=True)
class DataReport:
    """The right side of the Data page."""

    classes: tuple[ClassCount, ...] = ()
    target: str = ""
    target_bins: Bins | None = None
    split: SplitInfo | None = None
    findings: tuple[Advice, ...] = ()


@dataclass(frozen=True)
class ReadySet:
    """A data set that is shipped."""

    key: str
    name: str
    note: str


# ---- test ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ModelChoice:
    """A trained state that can be tested or exported."""

    key: str
    words: str  # "Residual ×3, epoch 21"
    color: int = 0


@dataclass(frozen=True)
class Fact:
    """One large number with its words."""

    words: str
    value: str
    note: str = ""
    tip: str = ""


@dataclass(frozen=True)
class Mistake:
    """One wrong answer."""

    index: int
    truth: int
    answer: int
    truth_share: float
    answer_share: float
    png: bytes = b""
    values: tuple[tuple[str, str], ...] = ()  # for tables: name, value
    said: str = ""  # for numbers: what the model said, in words; truth and answer do not count then
    true: str = ""


@dataclass(frozen=True)
class TestResult:
    """What a test of one model found."""

    __test__ = False  # a value, not a test case

    kind: str  # classes, number, texts, or made (a picture of what the model makes or does)
    facts: tuple[Fact, ...] = ()
    classes: tuple[str, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()  # rows: the truth
    mistakes: tuple[Mistake, ...] = ()
    truth: tuple[float, ...] = ()
    predicted: tuple[float, ...] = ()
    target: str = ""
    png: bytes = b""  # of kind made
    texts: tuple[tuple[str, str], ...] = ()  # of kind texts: heading and text


@dataclass(frozen=True)
class Answer:
    """One line of an answer: a class and its share, or a name and a number."""

    name: str
    share: float | None = None
    value: str = ""


@dataclass(frozen=True)
class TryResult:
    """One item answered by both runtimes."""

    name: str
    png: bytes = b""
    values: tuple[tuple[str, str], ...] = ()
    torch: tuple[Answer, ...] = ()
    torch_ms: float | None = None
    onnx: tuple[Answer, ...] = ()
    onnx_ms: float | None = None
    same: bool | None = None
    difference: float | None = None
    truth: str = ""
    problem: str = ""


# ---- export --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Target:
    """A kind of file to export."""

    key: str
    name: str
    icon: str
    text: str
    size: str = ""
    note: str = ""


@dataclass(frozen=True)
class ProofRow:
    """One thing that was checked."""

    words: str
    result: str
    ok: bool = True


@dataclass(frozen=True)
class ProofView:
    """What the exporter proved, or why it refused the file."""

    ok: bool
    title: str
    line: str = ""
    rows: tuple[ProofRow, ...] = ()
    bins: Bins | None = None  # edges are powers of ten: -9 means 1e-9
    limit: float | None = None
    reason: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signature:
    """An input or output of the exported model."""

    name: str
    kind: str
    shape: str
    output: bool = False


@dataclass(frozen=True)
class About:
    """What the author says about the model."""

    name: str = ""
    version: str = ""
    license: str = ""
    author: str = ""
    purpose: str = ""


@dataclass(frozen=True)
class Missing:
    """One thing that must happen first."""

    words: str
    done: bool = False
    key: str = ""  # page to open
