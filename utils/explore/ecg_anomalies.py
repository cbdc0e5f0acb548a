"""The explorer of lesson 05: where should the threshold of the alarm be?"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from utils import plot
from utils.explore import frame, show_live
from utils.text import tr


def counts(errors: np.ndarray, abnormal: np.ndarray, threshold: float) -> tuple[int, int, int, int]:
    """Numbers of true and false alarms, of correct and wrong silences: TP, FP, TN, FN.

    An error above `threshold` raises an alarm; abnormal beats are the positive class.
    """
    alarm = errors > threshold
    four = (alarm & abnormal, alarm & ~abnormal, ~alarm & ~abnormal, ~alarm & abnormal)
    return tuple(int(part.sum()) for part in four)


def _draw(axes: np.ndarray, errors: np.ndarray, abnormal: np.ndarray, last: float) -> None:
    """Histograms of both kinds of errors (left) and the ROC curve (right)."""
    edges = np.linspace(0, last, 61)
    parts = {"normal": (~abnormal, plot.BLUE), tr("abnormal", "anormal"): (abnormal, plot.RED)}
    for label, (mine, colour) in parts.items():
        axes[0].hist(errors[mine], edges, color=colour, alpha=0.6, label=label)
    axes[0].set(xlabel=tr("error of the beat", "erro do batimento"), xlim=(0, last * 1.02),
                ylabel=tr("beats", "batimentos"))  # fmt: skip
    axes[0].legend(frameon=False)
    rates = np.array([_rates(errors, abnormal, t) for t in [np.inf, *np.sort(errors)[::-1], -1]])
    axes[1].plot(rates[:, 0], rates[:, 1])
    axes[1].set(xlabel=tr("false alarms among normal", "falsos alarmes entre normais"),
                ylabel=tr("found among abnormal", "achados entre anormais"),
                xlim=(-0.02, 1.02), ylim=(-0.02, 1.04))  # fmt: skip


def _rates(errors: np.ndarray, abnormal: np.ndarray, threshold: float) -> tuple[float, float]:
    """Share of the normal and of the abnormal beats that raise an alarm."""
    tp, fp, tn, fn = counts(errors, abnormal, threshold)
    return fp / (fp + tn), tp / (tp + fn)


def threshold(errors: np.ndarray, abnormal: np.ndarray, start: float) -> None:
    """Move the threshold: the line in the histograms, the point on the ROC curve, the numbers.

    Used in lesson 05. It runs in the page itself (`threshold.html`), so a saved notebook and the
    site answer too. Where no script may run, a figure shows the threshold `start`.

    Args:
        errors: reconstruction error of each beat, shape (n,), above 0; of validation beats,
            since a threshold chosen here must not depend on test beats.
        abnormal: bool, shape (n,), both values present; abnormal is the positive class.
        start: the first threshold.
    """
    last = float(max(np.quantile(errors, 0.99), 1.5 * start))  # of slider and histograms
    pictures = []
    for mark in (True, False):
        fig, axes = plt.subplots(1, 2, figsize=(11, 4.4))
        _draw(axes, errors, abnormal, last)
        if mark:
            axes[0].axvline(start, color="black")
            axes[1].plot(*_rates(errors, abnormal, start), "s", color="black", markersize=10)
        else:
            fig.canvas.draw()
            panels = [{"box": frame(ax), "x": ax.get_xlim(), "y": ax.get_ylim()} for ax in axes]
        pictures.append(plot.png(fig, tight=False))
    spec = {
        "normal": np.sort(errors[~abnormal]).tolist(),
        "abnormal": np.sort(errors[abnormal]).tolist(),
        "panels": panels,
        "step": last / 200,
        "language": tr("en", "pt-BR"),
        "names": [tr("accuracy", "acurácia"), tr("recall", "revocação"),
                  tr("precision", "precisão"), "F1"],
    }  # fmt: skip
    fields = {
        "hint": tr(
            "Drag in the left picture, or click the slider and use the arrow keys.",
            "Arraste na figura da esquerda, ou clique no controle e use as setas do teclado.",
        ),
        "threshold": tr("threshold", "limiar"),
        "start": str(start),
        "last": str(last),
        "plane": plot.base64_of(pictures[1]),
        "curves": tr("errors of the beats and ROC curve", "erros dos batimentos e curva ROC"),
        "matrix": tr("Confusion matrix", "Matriz de confusão"),
        "beat": tr("beat", "batimento"),
        "alarm": tr("alarm", "alarme"),
        "silence": tr("silence", "silêncio"),
        "abnormal": tr("abnormal", "anormal"),
    }
    alt = tr(
        "Static view: errors of normal and abnormal beats, threshold line; ROC curve, its point.",
        "Vista estática: erros de batimentos normais e anormais, o limiar; curva ROC, ponto.",
    )
    show_live("threshold.html", spec, fields, pictures[0], alt)
