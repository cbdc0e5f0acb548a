"""The explorers of lesson 10: the number of denoising steps, and a code map to paint on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from utils import plot
from utils.explore import panels, show_explorer, slider
from utils.text import number, tr

SIDE = 112  # height of an image on the screen, in pixels, about
LARGE = 224  # the same beside a map to paint on
SHOWN = (1, 2, 3, 5, 10, 20, 50)  # numbers of steps in the static figure

Draw = Callable[[int, int], np.ndarray]
Decode = Callable[[np.ndarray], np.ndarray]


def steps(draw: Draw, draws: int = 20) -> None:
    """Choose the number of steps from noise to image, and see the same noise drawn again.

    Used in lesson 10. Without a kernel, a figure shows one draw for several numbers of steps.

    Args:
        draw: from a seed and a number of steps to images (n, height, width) in [0, 1]. The noise
            depends on the seed only.
        draws: number of seeds to choose from.
    """

    def answer(seed: int, count: int) -> tuple[bytes, str]:
        images = draw(seed, count)
        return panels({f"{i + 1}": image for i, image in enumerate(images)}, SIDE, "gray_r", 0.4)

    words = tr("{} step(s)", "{} passo(s)")
    figure = plot.draw_rows({words.format(count): draw(0, count) for count in SHOWN})
    listed = ", ".join(map(str, SHOWN))
    alt = tr(
        f"Static view of the explorer: the same noise turned into images in {listed} steps.",
        f"Vista estática do explorador: o mesmo ruído transformado em imagens em {listed} passos.",
    )
    controls = {
        "count": slider(1, 1, 50, 1, tr("steps", "passos")),
        "seed": slider(0, 0, draws - 1, 1, tr("draw of the noise", "sorteio do ruído")),
    }
    show_explorer(controls, answer, figure, alt)


def painted(codes: np.ndarray, row: int, column: int, codeword: int, brush: int) -> np.ndarray:
    """A copy of the map `codes` with a square of `brush` x `brush` positions set to `codeword`.

    The square begins at (`row`, `column`); what is beyond the edge is left out.
    """
    new = codes.copy()
    new[row : row + brush, column : column + brush] = codeword
    return new


def paint(codes: np.ndarray, decode: Decode, count: int) -> None:
    """Paint codewords on the code map of an image, and see what the decoder makes of it.

    Used in lesson 10. The brush leaves its codeword wherever it moves; with brush size 0 it moves
    without painting. Another image begins a new map. Without a kernel, a figure shows one map with
    a growing square of one codeword.

    Args:
        codes: maps of codewords to begin with, shape (n, rows, columns), integers.
        decode: from maps (m, rows, columns) to images (m, height, width) in [0, 1].
        count: number of codewords.
    """
    canvas = {"image": 0, "codes": codes[0]}

    def answer(image: int, row: int, column: int, codeword: int, brush: int) -> tuple[bytes, str]:
        if image != canvas["image"]:
            canvas.update(image=image, codes=codes[image])
        canvas["codes"] = painted(canvas["codes"], row, column, codeword, brush)
        before, after = decode(np.stack([codes[image], canvas["codes"]]))
        changed = int((canvas["codes"] != codes[image]).sum())
        here = int(canvas["codes"][row, column])
        zoom = len(after) // len(canvas["codes"])
        tones = (canvas["codes"] / max(1, count - 1)).repeat(zoom, axis=0).repeat(zoom, axis=1)
        shown = {
            tr("image", "imagem"): before,
            tr(
                f"map: codeword <b>{here}</b> at ({row}, {column})",
                f"mapa: palavra-código <b>{here}</b> em ({row}, {column})",
            ): tones,
            tr(
                f"painted: {number(changed, 'd')} positions changed",
                f"pintada: {number(changed, 'd')} posições mudadas",
            ): after,
        }
        return panels(shown, LARGE, "gray_r", 0.4)

    rows, columns = codes.shape[1:]
    top, left, word = rows // 2, columns // 2, int(np.bincount(codes.ravel()).argmax())
    sizes = range(min(rows - top, columns - left) + 1)
    stages = decode(np.stack([painted(codes[0], top, left, word, size) for size in sizes]))
    figure = plot.draw_rows(
        {tr("painted", "pintada"): stages}, [f"{size} × {size}" for size in sizes]
    )
    alt = tr(
        "Static view of the explorer: an image whose code map is painted over from the middle to "
        "the lower right with the most frequent codeword.",
        "Vista estática do explorador: uma imagem cujo mapa de códigos é coberto, do meio até o "
        "canto inferior direito, com a palavra-código mais frequente.",
    )
    controls = {
        "image": slider(0, 0, len(codes) - 1, 1, tr("image", "imagem")),
        "row": slider(top, 0, rows - 1, 1, tr("row", "linha")),
        "column": slider(left, 0, columns - 1, 1, tr("column", "coluna")),
        "codeword": slider(word, 0, count - 1, 1, tr("codeword", "palavra-código")),
        "brush": slider(0, 0, 3, 1, tr("brush size (0: lifted)", "tamanho do pincel (0: erguido)")),
    }
    show_explorer(controls, answer, figure, alt)
