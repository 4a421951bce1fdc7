"""Example data that comes with scikit-learn, so that the first network needs no download."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from engine.data.fields import Field, category, image, number
from engine.data.sources import Loaded, Reading, Source, source

if TYPE_CHECKING:
    import numpy as np

SECTION = "Examples"


class _Example(Source):
    """Base of the example tables: measurements as inputs, one answer as target."""

    target: ClassVar[str] = ""
    loader: ClassVar[str] = ""

    def title(self) -> str:
        return self.label

    def fingerprint(self) -> str:
        from importlib.metadata import version

        return f"scikit-learn {version('scikit-learn')} {type(self).__name__}"

    def _read(self) -> Any:
        import sklearn.datasets

        return getattr(sklearn.datasets, self.loader)()

    def _inputs(self, found: Any) -> tuple[list[Field], dict[str, np.ndarray[Any, Any]]]:
        names = [str(name).removesuffix(" (cm)").replace("_", " ") for name in found.feature_names]
        columns = {name: found.data[:, place].astype("float32") for place, name in enumerate(names)}
        return [number(name) for name in columns], columns

    def load(self, reading: Reading | None = None) -> Loaded:
        found = self._read()
        fields, columns = self._inputs(found)
        classes = tuple(str(name).replace("_", " ") for name in found.target_names)
        columns[self.target] = found.target.astype("int64")
        return Loaded((*fields, category(self.target, classes, "target")), columns)


@source("Iris flowers", section=SECTION, keywords="sklearn species petal sepal classification", icon="table")
class IrisData(_Example):
    """150 flowers with four measurements each; tell three species of iris apart."""

    target, loader = "species", "load_iris"


@source("Wines", section=SECTION, keywords="sklearn cultivar chemistry classification", icon="table")
class WineData(_Example):
    """178 Italian wines with 13 chemical measurements; tell which of three growers made each."""

    target, loader = "cultivar", "load_wine"


@source("Breast cancer", section=SECTION, keywords="sklearn wisconsin diagnosis medical classification", icon="table")
class BreastCancerData(_Example):
    """569 tissue samples with 30 measurements of their cells; tell malignant from benign."""

    target, loader = "diagnosis", "load_breast_cancer"


@source("Diabetes", section=SECTION, keywords="sklearn medical regression number", icon="table")
class DiabetesData(_Example):
    """442 patients with ten measurements; predict how far the disease progresses within a year, a number."""

    target, loader = "progression", "load_diabetes"

    def _read(self) -> Any:
        import sklearn.datasets

        return sklearn.datasets.load_diabetes(scaled=False)  # real units; the preparation scales

    def load(self, reading: Reading | None = None) -> Loaded:
        found = self._read()
        fields, columns = self._inputs(found)
        columns[self.target] = found.target.astype("float32")
        return Loaded((*fields, number(self.target, "target")), columns)


@source("Handwritten digits", section=SECTION, keywords="sklearn mnist numbers pictures images", icon="image")
class DigitsData(_Example):
    """1,797 small pictures of handwritten digits, 8 × 8 pixels; read which digit each shows."""

    family = "pictures"
    target, loader = "digit", "load_digits"

    def load(self, reading: Reading | None = None) -> Loaded:
        import numpy as np

        found = self._read()
        pixels = np.round(found.images * (255 / 16)).astype("uint8")[:, None]  # (items, 1, 8, 8), was 0 to 16
        classes = tuple(str(name) for name in found.target_names)
        fields = (image("image", 1, 8, 8), category(self.target, classes, "target"))
        return Loaded(fields, {"image": pixels, self.target: found.target.astype("int64")})
