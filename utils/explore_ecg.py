"""The explorer of lesson 05: where should the threshold of the alarm be?"""

from __future__ import annotations

import io

import matplotlib.pyplot as plt
import numpy as np

from utils import plot
from utils.explore import show_widget
from utils.lesson import number, tr


def counts(errors: np.ndarray, abnormal: np.ndarray, threshold: float) -> tuple[int, int, int, int]:
    """True and false alarms, correct and wrong silences if errors above `threshold` raise one.

    Returns:
        Abnormal beats with alarm (TP), normal ones with alarm (FP), normal ones without (TN),
        abnormal ones without (FN).
    """
    alarm = errors > threshold
    four = (alarm & abnormal, alarm & ~abnormal, ~alarm & ~abnormal, ~alarm & abnormal)
    return tuple(int(part.sum()) for part in four)


def _words(errors: np.ndarray, abnormal: np.ndarray, threshold: float) -> str:
    """The confusion matrix at a threshold and its four summaries, as HTML."""
    tp, fp, tn, fn = counts(errors, abnormal, threshold)

    def share(part: int, whole: int) -> str:
        return number(part / whole, ".1%") if whole else "–"

    rows = (
        ("", tr("alarm", "alarme"), tr("silence", "silêncio")),
        (tr("abnormal", "anormal"), tp, fn),
        ("normal", fp, tn),
    )
    lines = [f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows]
    summary = (
        f"{tr('accuracy', 'acurácia')} {share(tp + tn, len(errors))}, "
        f"{tr('recall', 'revocação')} {share(tp, tp + fn)}, "
        f"{tr('precision', 'precisão')} {share(tp, tp + fp)}, "
        f"F1 {share(2 * tp, 2 * tp + fp + fn)}"
    )
    return (
        '<div style="font-size:115%;line-height:1.5">'
        f'<table style="border-spacing:18px 2px">{"".join(lines)}</table>{summary}</div>'
    )


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

    Taught in lesson 05. Without a kernel a figure with the threshold `start` stands there.

    Args:
        errors: reconstruction error of each beat, shape (n,), above 0; of validation beats, since
            whoever looks at test beats here chooses on them.
        abnormal: bool, shape (n,), both values present; abnormal is the positive class.
        start: where the threshold stands at first.
    """
    import ipywidgets as widgets

    last = float(max(np.quantile(errors, 0.99), 1.5 * start))  # of slider and histograms
    fig, axes = plt.subplots(1, 2, figsize=(11, 4.4))
    _draw(axes, errors, abnormal, last)
    fig.set_dpi(plot.DPI)
    fig.canvas.draw()  # once: line and point are painted over it in a few ms
    plane = np.asarray(fig.canvas.buffer_rgba())[:, :, :3].copy()
    line_at, point_at = (ax.transData.frozen() for ax in axes)
    bottom, top = (plane.shape[0] - int(y) for y in axes[0].get_window_extent().intervaly)
    axes[0].axvline(start, color="black")
    axes[1].plot(*_rates(errors, abnormal, start), "s", color="black", markersize=10)
    fallback = plot.png(fig)
    alt = tr(
        "Static view: errors of normal and abnormal beats, threshold line; ROC curve, its point.",
        "Vista estática: erros de batimentos normais e anormais, o limiar; curva ROC, ponto.",
    )

    def picture(value: float) -> bytes:
        shown = plane.copy()
        x = int(round(line_at.transform((value, 0))[0]))
        shown[top:bottom, x - 1 : x + 2] = 0
        rates = _rates(errors, abnormal, value)
        column, row = point_at.transform(rates).round().astype(int)
        row = plane.shape[0] - row
        shown[row - 7 : row + 8, column - 7 : column + 8] = 0
        plt.imsave(buffer := io.BytesIO(), shown, format="png")
        return buffer.getvalue()

    slider = widgets.FloatSlider(
        start, min=0, max=last, step=last / 200, description=tr("threshold", "limiar"),
        readout_format=".4f", layout=widgets.Layout(width="560px"),
    )  # fmt: skip
    image = widgets.Image(value=picture(start), format="png")
    told = widgets.HTML(_words(errors, abnormal, start))

    def move(_: object) -> None:
        image.value = picture(slider.value)
        told.value = _words(errors, abnormal, slider.value)

    slider.observe(move, names="value")
    hint = tr(
        "Drag the slider, or click it and use the arrow keys.",
        "Arraste o controle, ou clique nele e use as setas do teclado.",
    )
    show_widget(widgets.VBox([widgets.Label(hint), slider, image, told]), fallback, alt)
