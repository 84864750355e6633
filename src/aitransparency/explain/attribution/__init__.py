"""SHAP values, one engine per model family; `choose.engine_for` picks one and says why."""
