r"""Load a fitted model from a file without running code that the file brings along.

A pickle (and joblib, dill, cloudpickle) is a program: it may call any function while it is read, so
that opening a model from elsewhere can run anything as the user who opens it (Python documentation,
``pickle``, warning at the top). It is refused unless asked for. The other formats hold numbers:

========================== ================================= ===========
format                     written by                        extra
========================== ================================= ===========
skops                      ``skops.io.dump``                 ``models``
ONNX                       any exporter                      ``models``
LightGBM text              ``Booster.save_model``            ``trees``
XGBoost JSON or UBJ        ``save_model``                    ``trees``
CatBoost cbm or JSON       ``save_model``                    ``trees``
========================== ================================= ===========

>>> kind_of(b"tree\nversion=v4\n", ".txt"), kind_of(b"\x80\x04\x95", ".model")
('lightgbm', 'pickle')
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from aitransparency.errors import FileFormatError, InputError, MissingDependencyError, ModelError

Kind = Literal["skops", "onnx", "lightgbm", "xgboost", "catboost", "catboost-json", "pickle"]

_PICKLE_SUFFIXES = (".pkl", ".pickle", ".joblib", ".dill", ".cloudpickle", ".sav")
_PICKLE_MARKS = (b"\x80", b"x\x01", b"x^", b"x\x9c", b"x\xda", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_HEAD = 4_096  # bytes that tell one format from another


def load_model(
    path: str | Path, *, allow_pickle: bool = False, trusted_types: Sequence[str] = ()
) -> Any:  # whatever the file holds
    """Return the fitted model in a file; the format is told by its content.

    Parameters
    ----------
    path
        The file.
    allow_pickle
        Whether a pickle may be opened. It can run any code: only for files you made yourself.
    trusted_types
        Full names of types in a skops file, beyond those skops trusts itself, that you have read
        and accept. scikit-learn's trees are one (``sklearn.tree._tree.Tree``): a forged tree could
        point outside its memory.

    Returns
    -------
    object
        A model that `Explainer` takes. LightGBM text and ONNX files do not say what the classes
        are called; they are numbered from 0 (an ONNX file with a map of probabilities does say).

    Raises
    ------
    InputError
        There is no such file.
    FileFormatError
        The content is none of the formats, or is damaged.
    ModelError
        It is a pickle, or a skops file with types that are not trusted; the message lists them.
    MissingDependencyError
        The library of the format is not installed.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError(f"{file}: there is no such file")
    with file.open("rb") as opened:
        head = opened.read(_HEAD)
    try:
        kind = kind_of(head, file.suffix.lower())
    except FileFormatError as error:
        raise FileFormatError(f"{file}: {error}") from None
    if kind == "pickle" and not allow_pickle:
        raise ModelError(
            f"{file}: this is a pickle, and a pickle can run any code while it is read. Save the "
            "model with skops.io.dump, the booster's own save_model, or ONNX; if you made this "
            "file yourself, pass allow_pickle=True (--allow-pickle)"
        )
    if kind == "skops":
        return _skops(file, trusted_types)
    try:
        return _LOADERS[kind](file)
    except (ImportError, InputError):
        raise
    except Exception as error:  # noqa: BLE001  each library has errors of its own
        raise FileFormatError(
            f"{file}: {type(error).__name__} while reading it as {kind}; is the file whole?"
        ) from None


def kind_of(head: bytes, suffix: str) -> Kind:
    """Return the format of a file from its first bytes; the suffix decides where they cannot.

    Raises
    ------
    FileFormatError
        They fit no format.
    """
    if head.startswith(b"PK\x03\x04"):
        return "skops"
    if head.startswith(b"tree\n"):
        return "lightgbm"
    if head.startswith(b"CBM1"):
        return "catboost"
    if suffix in _PICKLE_SUFFIXES or head.startswith(_PICKLE_MARKS):
        return "pickle"
    if head.lstrip()[:1] == b"{":
        return "xgboost" if b'"learner"' in head or b"learner" in head[:64] else "catboost-json"
    if suffix == ".onnx" or head.startswith(b"\x08"):  # field 1 of ModelProto: its version
        return "onnx"
    raise FileFormatError(
        "the content is none of: skops, LightGBM text, XGBoost JSON or UBJ, CatBoost cbm, ONNX"
    )


def _skops(file: Path, trusted: Sequence[str]) -> Any:
    try:
        import skops.io
    except ImportError:
        raise MissingDependencyError.of("skops", "models") from None
    try:
        strange = sorted(set(skops.io.get_untrusted_types(file=file)) - set(trusted))
    except Exception as error:  # noqa: BLE001  a broken archive fails in many ways
        raise FileFormatError(f"{file}: {type(error).__name__} in its skops archive") from None
    if strange:
        raise ModelError(
            f"{file}: holds types that skops does not know: {', '.join(strange)}. Read what they "
            "do, then name them in trusted_types"
        )
    return skops.io.load(file, trusted=list(trusted))


def _lightgbm(file: Path) -> Any:
    from aitransparency.explain.saved_lightgbm import LightGBMModel

    return LightGBMModel.load(file)


def _onnx(file: Path) -> Any:
    from aitransparency.explain.saved_onnx import OnnxModel

    return OnnxModel.load(file)


def _xgboost(file: Path) -> Any:
    try:
        import xgboost
    except ImportError:
        raise MissingDependencyError.of("xgboost", "trees") from None
    return _of_xgboost(xgboost.Booster(model_file=str(file)))


def with_methods(model: Any) -> Any:
    """Return a bare booster as a model with classes; any other model as it is.

    Parameters
    ----------
    model
        What ``lightgbm.train`` or ``xgboost.train`` returns, or any model.
    """
    kind = f"{type(model).__module__.partition('.')[0]}.{type(model).__name__}"
    if kind == "lightgbm.Booster":
        from aitransparency.explain.saved_lightgbm import LightGBMModel

        return LightGBMModel.of(model)
    return _of_xgboost(model) if kind == "xgboost.Booster" else model


def _of_xgboost(booster: Any) -> Any:
    import xgboost

    objective = json.loads(booster.save_config())["learner"]["objective"]["name"]
    classifies = objective.startswith(("binary:", "multi:"))
    model = xgboost.XGBClassifier() if classifies else xgboost.XGBRegressor()
    model.load_model(booster.save_raw("ubj"))
    return model


def _catboost(file: Path, form: str = "cbm") -> Any:
    try:
        import catboost
    except ImportError:
        raise MissingDependencyError.of("catboost", "trees") from None
    plain = catboost.CatBoost().load_model(str(file), format=form)
    if not plain.tree_count_:
        raise FileFormatError(f"{file}: there is no tree in this CatBoost model")
    classifies = len(plain.classes_) > 0
    model = catboost.CatBoostClassifier() if classifies else catboost.CatBoostRegressor()
    return model.load_model(str(file), format=form)


def _catboost_json(file: Path) -> Any:
    return _catboost(file, "json")


def _pickle(file: Path) -> Any:
    import joblib  # type: ignore[import-untyped]

    return joblib.load(file)  # reads plain pickles too; the caller has accepted the risk


_LOADERS: dict[Kind, Callable[[Path], Any]] = {
    "lightgbm": _lightgbm,
    "onnx": _onnx,
    "xgboost": _xgboost,
    "catboost": _catboost,
    "catboost-json": _catboost_json,
    "pickle": _pickle,
}
