# %% [markdown] lang="en"
# # PCA and faces: the linear ancestor of the autoencoder
#
# [Open in Colab]({{ colab }}) · Lesson 01 · reading: {{ reading_minutes }} min · running: {{ minutes.class }} min
# (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# **After this lesson you can**
#
# - explain what unsupervised learning looks for, and reduce a photo of thousands of pixels to a few dozen numbers with PCA;
# - read a curve of explained variance, look at eigenfaces, and rebuild a face from $k$ of them;
# - train a linear autoencoder and show, in numbers, that it finds PCA's subspace, though not PCA's axes;
# - judge on held-out faces whether a non-linear autoencoder is worth its price, and say *which* faces were held out;
# - tell undercomplete from overcomplete codes, and build one model with the Sequential and with the functional API;
# - use a code as features for a classifier.
#
# **Prerequisites:** matrix products, mean and variance; a first contact with Keras helps.
#
# **You will need:** a computer with Python 3.11 or newer, or a free Colab. No GPU.
# %% [markdown] lang="pt-BR"
# # PCA e rostos: o ancestral linear do autoencoder
#
# [Abrir no Colab]({{ colab }}) · Aula 01 · leitura: {{ reading_minutes }} min · execução: {{ minutes.class }} min
# (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# **Ao final desta aula você saberá**
#
# - explicar o que procura o aprendizado não supervisionado e, com a PCA, reduzir uma foto de milhares de pixels a poucas dezenas de números;
# - ler uma curva de variância explicada, olhar autofaces e refazer um rosto a partir de $k$ delas;
# - treinar um autoencoder linear e mostrar, em números, que ele encontra o subespaço da PCA, embora não os seus eixos;
# - julgar, em rostos reservados, se um autoencoder não linear vale o que custa, e dizer *quais* rostos foram reservados;
# - distinguir códigos subcompletos de sobrecompletos e montar o mesmo modelo com a API Sequential e com a funcional;
# - usar um código como atributos de um classificador.
#
# **Pré-requisitos:** produto de matrizes, média e variância; um primeiro contato com o Keras ajuda.
#
# **Você vai precisar de:** um computador com Python 3.11 ou mais novo, ou do Colab gratuito. Não é preciso GPU.
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("01_pca_faces")
# %% [markdown] lang="en"
# If every line of the table says *ok*, go on. Otherwise its last column tells what to type. Then the imports. One switch must
# be set before NumPy is imported: in matrix products as small as those of section 7, a second thread only makes the first one wait (we measured a factor of 20).
# %% [markdown] lang="pt-BR"
# Se todas as linhas da tabela dizem *ok*, siga em frente. Se não, a última coluna mostra o que digitar. Depois, as importações. Uma chave tem de
# ser definida antes de importar o NumPy: em produtos de matrizes pequenos como os da seção 7, uma segunda linha de execução só faz a primeira esperar (medimos um fator de 20).
# %%
import os

os.environ["OMP_NUM_THREADS"] = "1"

import sys
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tqdm.keras import TqdmCallback

from utils import claims, data, explore, plot, settings, text
from utils.progress import tqdm

# %% [markdown] lang="en"
# ## 1. Faces, and no question asked
#
# In *supervised* learning somebody wrote the answers beside the data, and the model learns to repeat them. In **unsupervised**
# learning there are only the data. What can be learnt from photos alone? Their *structure*: neighbouring pixels agree, faces are
# nearly symmetric, there are two eyes above a mouth. Whoever knows the structure can describe a photo in far fewer numbers than it
# has pixels: that is **dimensionality reduction**, and this whole course is about it.
#
# Our faces are the Olivetti photos: 40 people, ten photos each, 64 × 64 grey pixels. (With a network, `data.pca_faces.lfw()` brings the press
# photos of Labeled Faces in the Wild instead; everything below runs on them unchanged.)
# %% [markdown] lang="pt-BR"
# ## 1. Rostos, e nenhuma pergunta
#
# No aprendizado *supervisionado*, alguém escreveu as respostas ao lado dos dados, e o modelo aprende a repeti-las. No aprendizado **não
# supervisionado** há só os dados. O que se aprende só com fotos? A sua *estrutura*: pixels vizinhos concordam, rostos são quase
# simétricos, há dois olhos acima de uma boca. Quem conhece a estrutura descreve uma foto com muito menos números do que ela tem de
# pixels: isso é **redução de dimensionalidade**, e é disso que trata este curso inteiro.
#
# Nossos rostos são as fotos Olivetti: 40 pessoas, dez fotos de cada, 64 × 64 pixels em tons de cinza. (Com rede, `data.pca_faces.lfw()` traz em seu
# lugar as fotos de imprensa do Labeled Faces in the Wild; tudo o que segue roda com elas sem mudanças.)
# %%
people = data.pca_faces.olivetti(split="person")
shape = people.x_train.shape[1:]
x_train, x_val, x_test = (x.reshape(len(x), -1) for x in (people.x_train, people.x_val, people.x_test))
pixels = x_train.shape[1]
print(people.provenance)
print(f"x_train {x_train.shape}, x_val {x_val.shape}, x_test {x_test.shape}")
# %%
plot.image_rows(
    {
        "training": people.x_train[:: len(x_train) // 8][:8],
        "validation": people.x_val[:: len(x_val) // 8][:8],
    },
    cmap="gray",
    alt="Eight faces of training people above eight of validation people: other persons, with and without glasses.",
    # pt: "Oito rostos de pessoas de treino sobre oito de validação: outras pessoas, com e sem óculos."
)


# %% [markdown] lang="en"
# Read the first line above the picture again: the split is **by person**. Nobody who stands in the training part stands in another.
# Had we dealt out single photos, each test photo would have nine sisters of the same person, most of them in the training part, and "new photo" would mean
# "the same face once more". Both splits are legitimate, but they answer different questions; section 4 measures how different.
#
# Three parts, three jobs: training faces determine the model, **validation** faces are what we look at while choosing, **test** faces
# are looked at once. Curves and pictures below use validation faces.
#
# ## 2. PCA: the best linear code
#
# Write a photo as a vector $x$ of {{ pixels }} numbers and subtract the mean face $\mu$. PCA looks for the $k$ orthonormal directions
# $u_1, \dots, u_k$, the rows of $U$, that lose least when the photo is replaced by its shadow on them:
#
# $$z = U (x - \mu) \quad\text{(encoder)}, \qquad \hat x = \mu + U^\top z \quad\text{(decoder)}, \qquad \text{minimise } \textstyle\sum_x \lVert x - \hat x \rVert^2 .$$
#
# An encoder, a decoder and a reconstruction error: PCA *is* an autoencoder, one whose best weights need no training. They are the leading eigenvectors of
# the covariance matrix, and the eigenvalue $\lambda_i$ is the variance along $u_i$.
#
# **Predict before you run:** how many of the {{ pixels }} numbers are needed for 90 % of the variance of the training faces?
# %% [markdown] lang="pt-BR"
# Releia a primeira linha impressa acima da figura: a divisão é **por pessoa**. Quem está na parte de treino não está em nenhuma outra.
# Se tivéssemos distribuído fotos avulsas, cada foto de teste teria nove irmãs da mesma pessoa, a maioria no treino, e "foto nova" seria
# "o mesmo rosto mais uma vez". As duas divisões são legítimas, mas respondem a perguntas diferentes; a seção 4 mede quão diferentes.
#
# Três partes, três papéis: os rostos de treino determinam o modelo, os de **validação** são os que olhamos ao escolher, os de **teste**
# só são consultados uma vez. As curvas e figuras abaixo usam rostos de validação.
#
# ## 2. PCA: o melhor código linear
#
# Escreva uma foto como um vetor $x$ de {{ pixels }} números e subtraia o rosto médio $\mu$. A PCA procura as $k$ direções ortonormais
# $u_1, \dots, u_k$, as linhas de $U$, que menos perdem quando a foto é trocada pela sua sombra sobre elas:
#
# $$z = U (x - \mu) \quad\text{(codificador)}, \qquad \hat x = \mu + U^\top z \quad\text{(decodificador)}, \qquad \text{minimizar } \textstyle\sum_x \lVert x - \hat x \rVert^2 .$$
#
# Um codificador, um decodificador e um erro de reconstrução: a PCA *é* um autoencoder, um cujos melhores pesos dispensam treino. São os autovetores
# dominantes da matriz de covariância, e o autovalor $\lambda_i$ é a variância ao longo de $u_i$.
#
# **Antes de executar, arrisque:** quantos dos {{ pixels }} números bastam para 90 % da variância dos rostos de treino?
# %%
def mse(x, x_hat):
    """Mean squared error over pixels and images."""
    return float(np.mean((x - x_hat) ** 2))


def pca_code(pca, x, k):
    """The first `k` numbers of the code of each row of `x`."""
    # pt: """Os primeiros `k` números do código de cada linha de `x`."""
    return (x - pca.mean_) @ pca.components_[:k].T


def pca_rebuild(pca, x, k):
    """Each row of `x` rebuilt from its first `k` components."""
    # pt: """Cada linha de `x` refeita com seus primeiros `k` componentes."""
    return pca.mean_ + pca_code(pca, x, k) @ pca.components_[:k]


pca = PCA(svd_solver="full").fit(x_train)
# n centred photos span n - 1 directions
# pt: n fotos centradas geram n - 1 direções
most = len(x_train) - 1
# %%
explained = np.cumsum(pca.explained_variance_ratio_)[:most]
k90, k95 = (1 + int(np.searchsorted(explained, share)) for share in (0.90, 0.95))
fig, ax = plt.subplots(figsize=(9, 4.5))
ax.plot(range(1, most + 1), explained)
for k, share in ((k90, 0.90), (k95, 0.95)):
    ax.plot([0, k, k], [share, share, explained[0]], ":", color="0.4", linewidth=1.5)
    ax.annotate(f"k = {k}", (k, share), xytext=(10, -18), textcoords="offset points")
ax.set(xlim=(0, most), xlabel="components k", ylabel="cumulative explained variance")
# pt: "variância explicada acumulada"
plot.show(fig, alt="The curve rises steeply, then bends: few components hold most of the variance.")
# pt: "A curva sobe depressa e dobra: poucos componentes contêm a maior parte da variância."
orthonormal = np.abs(pca.components_[:most] @ pca.components_[:most].T - np.eye(most)).max()
claims.check(people.source, pixels=pixels, k90=k90, k95=k95, orthonormal=orthonormal)


# %% [markdown] lang="en"
# {{ k90 }} numbers hold 90 % of the variance of {{ pixels }} pixels, {{ k95 }} hold 95 %. The last line of the table checks that the directions are orthonormal
# (the largest entry of $U U^\top - I$ is rounding noise).
#
# Each direction has as many numbers as a photo has pixels, so it can be shown as one: an **eigenface**. Grey is zero; light and dark
# are what the component adds and takes away.
# %% [markdown] lang="pt-BR"
# {{ k90 }} números contêm 90 % da variância de {{ pixels }} pixels; {{ k95 }} contêm 95 %. A última linha da tabela confere que as direções são ortonormais
# (a maior entrada de $U U^\top - I$ é ruído de arredondamento).
#
# Cada direção tem tantos números quantos pixels tem a foto; logo, pode ser mostrada como foto: uma **autoface** (*eigenface*). Cinza é zero; claro e
# escuro são o que o componente põe e tira.
# %%
def gallery(images, titles, alt, columns=8, signed=False):
    """Images in a grid: from 0 to 1 or, if signed, with grey for zero."""
    # pt: """Imagens numa grade: de 0 a 1 ou, se têm sinal, com cinza para o zero."""
    rows = -(-len(images) // columns)
    fig, axes = plt.subplots(rows, columns, figsize=(1.25 * columns, 1.6 * rows), squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, image, title in zip(axes.flat, images, titles):
        low, high = (-np.abs(image).max(), np.abs(image).max()) if signed else (0, 1)
        ax.imshow(image.reshape(shape), cmap="gray", vmin=low, vmax=high)
        ax.set_title(title, fontsize=14)
    plot.show(fig, alt)


gallery(
    [2 * pca.mean_ - 1, *pca.components_[:15]],
    ["mean", *(str(i) for i in range(1, 16))],  # pt: "média"
    alt="The mean face and fifteen eigenfaces: the first are about light, later ones about eyes, brows, glasses.",
    # pt: "O rosto médio e quinze autofaces: as primeiras tratam da luz, as seguintes de olhos, sobrancelhas, óculos."
    signed=True,
)
# %% [markdown] lang="en"
# The first components say from where the light comes and how dark hair and skin are; shapes come later, glasses and brows after them. No one asked for *meaning*: PCA ranks
# by variance, and a lamp changes more pixels than a smile. The sign of an eigenface is arbitrary: $-u_i$ is as good as $u_i$.
#
# One face of a validation person, whom PCA never saw, from more and more components:
# %% [markdown] lang="pt-BR"
# Os primeiros componentes dizem de onde vem a luz e quão escuros são cabelo e pele; as formas vêm depois, e depois delas óculos e sobrancelhas. Ninguém pediu *significado*:
# a PCA ordena por variância, e uma lâmpada muda mais pixels que um sorriso. O sinal de uma autoface é arbitrário: $-u_i$ vale tanto quanto $u_i$.
#
# Um rosto de uma pessoa de validação, que a PCA nunca viu, com cada vez mais componentes:
# %%
shown = [k for k in (0, 4, 8, 16, 32, 64, 128) if k < most]
photo = x_val[:1]
images = [*(pca_rebuild(pca, photo, k)[0] for k in shown), photo[0]]
gallery(
    images,
    [*(f"k = {k}" for k in shown), "original"],
    alt="A face from 0, 4, 8 ... components: the mean face turns step by step into somebody like the original.",
    # pt: "Um rosto com 0, 4, 8 ... componentes: o rosto médio vira, passo a passo, alguém parecido com o original."
)
# %% [markdown] lang="en"
# With $k = 0$ everybody is the mean face. Light comes first, then the outline of hair and jaw; who the person is becomes clear late, if at all:
# the eigenfaces were made of other people. How large is the error on faces that PCA has and has not seen?
#
# **Predict:** one of the two curves reaches zero. Which, and at which $k$?
# %% [markdown] lang="pt-BR"
# Com $k = 0$, todos são o rosto médio. Primeiro vem a luz, depois o contorno de cabelo e queixo; quem é a pessoa só fica claro tarde, se é que fica:
# as autofaces foram feitas de outras pessoas. Quão grande é o erro em rostos que a PCA viu e que não viu?
#
# **Arrisque:** uma das duas curvas chega a zero. Qual delas, e com que $k$?
# %%
ks = np.unique(np.linspace(0, most, 60).astype(int))
train_curve = [mse(x_train, pca_rebuild(pca, x_train, k)) for k in ks]
val_curve = [mse(x_val, pca_rebuild(pca, x_val, k)) for k in ks]
fig, ax = plt.subplots(figsize=(9, 4.5))
ax.plot(ks, train_curve, "--", label="training faces")  # pt: "rostos de treino"
ax.plot(ks, val_curve, label="validation faces")  # pt: "rostos de validação"
ax.set(xlabel="components k", ylabel="mean squared error", ylim=0)
ax.legend(frameon=False)
plot.show(
    fig,
    alt="Both errors fall with k; on training faces to zero, on validation faces they level off above it.",
    # pt: "Os dois erros caem com k; nos rostos de treino até zero, nos de validação estacionam acima."
)
claims.check(people.source, pca_val_all=val_curve[-1], pca_train_all=train_curve[-1])
# %% [markdown] lang="en"
# $n$ photos, centred, span at most $n - 1$ directions: with all of them PCA repeats every training photo perfectly, and says nothing about new ones, whose error
# stays at {{ pca_val_all }}. Even this oldest of methods **memorises**; only held-out faces show it. On both sets the error can only fall with $k$: a larger
# subspace contains the smaller one.
#
# ### Explore
#
# Choose a validation face and move $k$. Find a face that is recognisable with 16 numbers, and one that is not with 100. What have the hard ones in common?
# The right-most picture is only the mean face for now: the model without a code, as a yardstick.
# %% [markdown] lang="pt-BR"
# $n$ fotos centradas geram no máximo $n - 1$ direções: com todas elas a PCA repete cada foto de treino com perfeição e nada diz sobre as novas, cujo erro
# fica em {{ pca_val_all }}. Até o mais antigo dos métodos **decora**; só rostos reservados mostram isso. Nos dois conjuntos o erro só pode cair com $k$: um
# subespaço maior contém o menor.
#
# ### Explore
#
# Escolha um rosto de validação e mova $k$. Ache um rosto reconhecível com 16 números e outro que não o seja com 100. O que têm em comum os difíceis?
# A figura da direita é por enquanto só o rosto médio: o modelo sem código, como régua.
# %%
everybody = np.broadcast_to(pca.mean_, x_val.shape)
explore.pca_faces.components(pca, x_val, shape, everybody, "mean face")


# %% [markdown] lang="en"
# ## 3. The linear autoencoder finds the same subspace
#
# Take a network of two dense layers, {{ pixels }} → $k$ → {{ pixels }}, and give it **no activation**. Encoder and decoder are then matrices, as in PCA, but
# nobody tells them to be orthonormal, or to be each other's transpose. We only ask for a small squared error. In 1989 Baldi and Hornik proved that the cost has no bad local minima:
# every other stationary point is a saddle, and at the bottom the decoder spans exactly PCA's subspace.
#
# **Predict:** will the code units be the eigenfaces, one by one?
# %% [markdown] lang="pt-BR"
# ## 3. O autoencoder linear encontra o mesmo subespaço
#
# Tome uma rede de duas camadas densas, {{ pixels }} → $k$ → {{ pixels }}, **sem ativação**. Codificador e decodificador são então matrizes, como na PCA, mas ninguém
# lhes manda ser ortonormais nem transpostas uma da outra. Só pedimos erro quadrático pequeno. Em 1989, Baldi e Hornik provaram que o custo não tem mínimos locais ruins:
# todo outro ponto estacionário é uma sela e, no fundo do vale, o decodificador gera exatamente o subespaço da PCA.
#
# **Arrisque:** as unidades do código serão as autofaces, uma a uma?
# %%
def build_linear(code_size):
    """Encoder, decoder and autoencoder without any activation."""
    # pt: """Codificador, decodificador e autoencoder sem ativação alguma."""
    encoder = keras.Sequential([keras.Input((pixels,)), layers.Dense(code_size, name="code")], name="encoder")
    decoder = keras.Sequential(
        [keras.Input((code_size,)), layers.Dense(pixels, name="x_hat")], name="decoder"
    )
    return encoder, decoder, keras.Sequential([encoder, decoder], name="linear_autoencoder")


k = settings.pick(quick=8, class_=32, full=32)
keras.utils.set_random_seed(settings.seed())
linear_encoder, linear_decoder, linear = build_linear(k)
linear.summary()
# %% [markdown] lang="en"
# The training works with photos minus the mean face, as PCA does; nothing else is done to them. (Dividing every direction by its spread first, called *whitening*, would make the task
# easy, but whoever can whiten has already done the PCA.) Two remarks on speed: a few hundred photos are so few that **all of them form one batch**, and
# the learning rate climbs to a peak and comes down along a cosine, because directions of small variance have small gradients and need the slow end.
# XLA (`jit_compile`) fuses each step, and 50 steps run between two visits to Python.
# %% [markdown] lang="pt-BR"
# O treino trabalha com as fotos menos o rosto médio, como a PCA; nada mais se faz com elas. (Dividir antes cada direção pela sua dispersão, o chamado *branqueamento*, tornaria
# a tarefa fácil, mas quem sabe branquear já fez a PCA.) Duas observações sobre velocidade: algumas centenas de fotos são tão poucas que **todas formam um lote só**, e a taxa
# de aprendizado sobe até um pico e desce por um cosseno, pois direções de pouca variância têm gradientes pequenos e precisam do final lento.
# O XLA (`jit_compile`) funde cada passo, e 50 passos correm entre duas visitas ao Python.
# %%
GPU = bool(tf.config.list_physical_devices("GPU"))
if GPU:
    tf.config.experimental.enable_op_determinism()
# compiling pays off in long trainings
# pt: compilar só compensa em treinos longos
XLA = settings.pick(quick=False, class_=not GPU, full=not GPU)


def train(model, x, x_held_out, batch, rounds, steps, peak, callbacks=()):
    """Fit `model` to give back its input, in `rounds` of `steps`; returns history and seconds."""
    # pt: """Ajusta `model` para devolver a entrada, em `rounds` de `steps`; dá histórico e segundos."""
    warm = rounds * steps // 10
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, rounds * steps - warm, warmup_target=peak, warmup_steps=warm
    )
    model.compile(keras.optimizers.Adam(rate), "mse", jit_compile=XLA, steps_per_execution=steps)
    start = time.perf_counter()
    history = model.fit(
        data.batches(tf.constant(x), batch, seed=settings.seed()).repeat(),
        validation_data=data.batches(x_held_out, len(x_held_out)),
        epochs=rounds,
        steps_per_epoch=steps,
        shuffle=False,
        verbose=0,
        callbacks=[TqdmCallback(rounds, verbose=0, tqdm_class=tqdm, file=sys.stdout), *callbacks],
    )
    return history, time.perf_counter() - start


# %%
centred, centred_val = x_train - pca.mean_, x_val - pca.mean_
rounds = settings.pick(quick=6, class_=40, full=80)
history_linear, seconds_linear = train(
    linear, centred, centred_val, len(centred), rounds, steps=50, peak=5e-3
)
# %%
pca_error = mse(x_train, pca_rebuild(pca, x_train, k))
excess = 100 * (np.array(history_linear.history["loss"]) / pca_error - 1)
fig, ax = plt.subplots(figsize=(9, 4.5))
ax.axhline(2, color="0.3", linestyle=":", label="2 %")
ax.plot(50 * np.arange(1, rounds + 1), excess, label="linear autoencoder")  # pt: "autoencoder linear"
ax.set(xlabel="step", ylabel="excess over PCA's error (%)", yscale="log")
# pt: "passo", "excesso sobre o erro da PCA (%)"
about = "The excess over PCA falls from hundreds of per cent below 2 % and on to a tiny fraction."
# pt: "O excesso sobre a PCA cai de centenas por cento para menos de 2 % e segue até quase nada."
ax.legend(frameon=False)
plot.show(fig, alt=about)


# %% [markdown] lang="en"
# PCA's error is a floor that no linear network can break: the excess falls, but never below zero. Is the floor *reached*? Two numbers decide: the ratio of the errors on the training faces, and the largest
# **principal angle** between the two subspaces of dimension $k$. Let $Q$ be an orthonormal basis of the decoder's columns; the singular values of $U_k Q$ are the cosines of the
# angles. Zero degrees: the same subspace; ninety: some direction of one is unknown to the other.
# %% [markdown] lang="pt-BR"
# O erro da PCA é um piso que nenhuma rede linear rompe: o excesso cai, mas nunca abaixo de zero. O piso foi *alcançado*? Dois números decidem: a razão dos erros nos rostos de treino e o maior
# **ângulo principal** entre os dois subespaços de dimensão $k$. Seja $Q$ uma base ortonormal das colunas do decodificador; os valores singulares de $U_k Q$ são os cossenos
# dos ângulos. Zero grau: o mesmo subespaço; noventa: alguma direção de um é desconhecida do outro.
# %%
def largest_angle(a, b):
    """Largest principal angle, in degrees, between the spans of the rows of `a` and of `b`."""
    # pt: """Maior ângulo principal, em graus, entre os espaços gerados pelas linhas de `a` e de `b`."""
    q_a, q_b = np.linalg.qr(a.T.astype("float64"))[0], np.linalg.qr(b.T.astype("float64"))[0]
    cosines = np.linalg.svd(q_a.T @ q_b, compute_uv=False)
    return float(np.degrees(np.arccos(np.clip(cosines.min(), 0, 1))))


def linear_rebuild(x):
    """Photos rebuilt by the linear autoencoder; the mean face goes out and comes back."""
    # pt: """Fotos refeitas pelo autoencoder linear; o rosto médio sai e volta."""
    return pca.mean_ + linear.predict_on_batch(x - pca.mean_)


directions = linear_decoder.get_layer("x_hat").get_weights()[0]
claims.check(
    people.source,
    pca_train=pca_error,
    linear_train=mse(x_train, linear_rebuild(x_train)),
    linear_ratio=mse(x_train, linear_rebuild(x_train)) / pca_error,
    linear_angle=largest_angle(directions, pca.components_[:k]),
)
# %% [markdown] lang="en"
# The errors agree: their ratio is {{ linear_ratio }}. The subspaces lie {{ linear_angle }}° apart in their worst direction. That the angle looks worse than the error is no contradiction: the last
# directions inside and the first outside have almost the same variance, so that exchanging a little of one for the other costs next to nothing.
#
# And the axes?
# %% [markdown] lang="pt-BR"
# Os erros concordam: a razão é {{ linear_ratio }}. Os subespaços distam {{ linear_angle }}° na pior direção. Não há contradição em o ângulo parecer pior que o erro: as últimas direções
# de dentro e as primeiras de fora têm quase a mesma variância, e trocar um pouco de uma pela outra não custa quase nada.
#
# E os eixos?
# %%
unit = directions / np.linalg.norm(directions, axis=1, keepdims=True)
overlap = np.abs(unit @ unit.T - np.eye(k)).max()
alike = np.abs(unit @ pca.components_[:k].T).max(axis=1)
gallery(
    list(unit[:8]),
    [f"{i + 1}" for i in range(8)],
    alt="Eight decoder directions of the linear autoencoder: ghostly mixtures of many eigenfaces.",
    # pt: "Oito direções do decodificador do autoencoder linear: misturas fantasmagóricas de muitas autofaces."
    signed=True,
)
claims.check(people.source, linear_overlap=overlap, linear_alike=alike.mean())


# %% [markdown] lang="en"
# Ghostly faces, but not the eigenfaces. The directions are not orthogonal (largest cosine between two of them {{ linear_overlap }}), and each resembles its most similar eigenface with a cosine of only {{ linear_alike }} on average.
# The reason is one line of algebra: for any invertible matrix $A$, the encoder $A W_e$ and the decoder $W_d A^{-1}$ give the same output. **The subspace is determined, the
# axes are not.** PCA picks, among all these codes, the one with uncorrelated numbers sorted by variance. Remember this when somebody interprets "unit 7" of an autoencoder.
#
# ## 4. Bends: a non-linear autoencoder with the same code
#
# Faces do not lie on a flat subspace: turn a head and the pixels move along a curve. A network with hidden layers and activations can follow curves. It gets the same $k$ numbers,
# a hidden layer of 128 on either side, and a sigmoid at the end, since pixels lie between 0 and 1.
#
# **Predict:** it can bend, and it has about eight times the parameters of PCA with {{ k_used }} components. On people it never saw, will it win?
# %% [markdown] lang="pt-BR"
# Rostos fantasmagóricos, mas não as autofaces. As direções não são ortogonais (maior cosseno entre duas: {{ linear_overlap }}), e cada uma se parece com a autoface mais próxima com cosseno de apenas {{ linear_alike }}, em média.
# O motivo é uma linha de álgebra: para qualquer matriz invertível $A$, o codificador $A W_e$ e o decodificador $W_d A^{-1}$ dão a mesma saída. **O subespaço fica
# determinado; os eixos, não.** Entre todos esses códigos, a PCA escolhe o de números não correlacionados, ordenados por variância. Lembre-se disso quando alguém interpretar "a unidade 7" de um autoencoder.
#
# ## 4. Curvas: um autoencoder não linear com o mesmo código
#
# Rostos não moram num subespaço plano: gire uma cabeça e os pixels andam por uma curva. Uma rede com camadas ocultas e ativações pode seguir curvas. Ela recebe os mesmos $k$ números,
# uma camada oculta de 128 de cada lado e uma sigmoide no fim, pois os pixels ficam entre 0 e 1.
#
# **Arrisque:** ela sabe fazer curvas e tem cerca de oito vezes os parâmetros da PCA com {{ k_used }} componentes. Em pessoas que nunca viu, ela vence?
# %%
def build_nonlinear(code_size, mean, hidden=128):
    """Encoder, decoder and autoencoder with one hidden layer on each side."""
    # pt: """Codificador, decodificador e autoencoder com uma camada oculta de cada lado."""
    encoder = keras.Sequential(
        [keras.Input((pixels,)), layers.Dense(hidden, "gelu"), layers.Dense(code_size, name="code")],
        name="encoder",
    )
    decoder = keras.Sequential(
        [
            keras.Input((code_size,)),
            layers.Dense(hidden, "gelu"),
            layers.Dense(pixels, "sigmoid", name="x_hat"),
        ],
        name="decoder",
    )
    mean = mean.clip(0.02, 0.98)
    weights, _ = decoder.get_layer("x_hat").get_weights()
    decoder.get_layer("x_hat").set_weights([weights, np.log(mean / (1 - mean))])  # starts at the mean
    # pt: parte do rosto médio
    return encoder, decoder, keras.Sequential([encoder, decoder], name="nonlinear_autoencoder")


# %% [markdown] lang="en"
# A network that can memorise needs a brake: **early stopping** keeps the weights of the round in which the *validation* error was lowest. And to be fair about the question "which
# faces are new?", we train on both splits: by person as before, and by photo, where other photos of the same people were seen; with a small code (8) and with {{ k_used }}.
# %% [markdown] lang="pt-BR"
# Uma rede capaz de decorar precisa de freio: a **parada antecipada** guarda os pesos da rodada em que o erro de *validação* foi menor. E, para sermos justos com a pergunta "que rostos são
# novos?", treinamos nas duas divisões: por pessoa, como antes, e por foto, em que outras fotos das mesmas pessoas foram vistas; com um código pequeno (8) e com {{ k_used }}.
# %%
by_photo = data.pca_faces.olivetti(split="photo")
splits = {"person": (x_train, x_val, x_test)}
splits["photo"] = tuple(x.reshape(len(x), -1) for x in (by_photo.x_train, by_photo.x_val, by_photo.x_test))
sizes = settings.pick(quick=(4, 8), class_=(8, 32), full=(8, 32))
epochs = settings.pick(quick=15, class_=200, full=600)
nonlinear, runs, seconds = {}, {}, {}
for split, (train_part, val_part, _) in splits.items():
    for size in sizes:
        keras.utils.set_random_seed(settings.seed())
        nonlinear[split, size] = build_nonlinear(size, train_part.mean(axis=0))
        stop = keras.callbacks.EarlyStopping(patience=epochs // 4, restore_best_weights=True)
        runs[split, size], seconds[split, size] = train(
            nonlinear[split, size][2],
            train_part,
            val_part,
            batch=len(train_part) // 10,
            rounds=epochs,
            steps=10,
            peak=1e-3,
            callbacks=[stop],
        )
# %%
encoder, decoder, autoencoder = nonlinear["person", sizes[1]]
plot.architecture(
    [encoder, decoder],
    title="non-linear autoencoder",  # pt: "autoencoder não linear"
    alt="Bars for the layers: the pixels, 128, the code, 128, the pixels.",
    # pt: "Barras para as camadas: os pixels, 128, o código, 128, os pixels."
)
plot.history(
    {"split by person": runs["person", sizes[0]], "split by photo": runs["photo", sizes[0]]},
    # pt: "divisão por pessoa", "divisão por foto"
    ylabel="mean squared error",
    alt="Training errors fall alike; by photo validation follows part of the way, by person it turns up early.",
    # pt: "Os erros de treino caem juntos; por foto a validação acompanha até certo ponto, por pessoa logo estaciona."
)
# %% [markdown] lang="en"
# Solid is validation, dashed is training. The gap between the two lines of a colour is memory. Now the test faces, **once**, for every rival.
# %% [markdown] lang="pt-BR"
# A linha cheia é a validação, a tracejada é o treino. A distância entre as duas linhas de uma cor é memória. Agora os rostos de teste, **uma única vez**, para todos os rivais.
# %%
start = time.perf_counter()
pcas = {split: PCA(svd_solver="full").fit(train_part) for split, (train_part, _, _) in splits.items()}
seconds_pca = (time.perf_counter() - start) / 2
tested = {}
for split, (_, _, test_part) in splits.items():
    tested[split, "mean"] = mse(test_part, pcas[split].mean_)
    for size in sizes:
        tested[split, "pca", size] = mse(test_part, pca_rebuild(pcas[split], test_part, size))
        model = nonlinear[split, size][2]
        tested[split, "nonlinear", size] = mse(test_part, model.predict_on_batch(test_part))
tested["person", "linear", k] = mse(x_test, linear_rebuild(x_test))


# %%
def row(name, key, size, parameters, spent):
    """One line of the comparison; the linear network was trained on one split only."""
    # pt: """Uma linha da comparação; a rede linear foi treinada só numa das divisões."""
    errors = [text.number(tested[s, *key], ".5f") if (s, *key) in tested else "–" for s in splits]
    return name, *errors, text.number(parameters, ",d"), str(4 * size), text.number(spent, ".1f")


rows = [row("mean face", ("mean",), 0, pixels, 0)]
for size in sizes:
    rows.append(row(f"PCA, k = {size}", ("pca", size), size, pixels * (size + 1), seconds_pca))
    if size == k:
        rows.append(row(f"linear, k = {k}", ("linear", k), k, linear.count_params(), seconds_linear))
    name = f"non-linear, k = {size}"  # pt: f"não linear, k = {size}"
    count = nonlinear["person", size][2].count_params()
    rows.append(row(name, ("nonlinear", size), size, count, seconds["person", size]))
header = (
    "model",
    "MSE, new people",  # pt: "MSE, pessoas novas"
    "MSE, new photos of known people",  # pt: "MSE, fotos novas de pessoas conhecidas"
    "parameters",
    "bytes per code",
    "seconds",
)
text.table(header, rows, "Test faces")  # pt: "Rostos de teste"
# %%
small, large = sizes
claims.check(
    people.source,
    k_used=large,
    mean_person=tested["person", "mean"],
    pca8_person=tested["person", "pca", small],
    nl8_person=tested["person", "nonlinear", small],
    pca32_person=tested["person", "pca", large],
    linear32_person=tested["person", "linear", k],
    nl32_person=tested["person", "nonlinear", large],
    pca8_photo=tested["photo", "pca", small],
    nl8_photo=tested["photo", "nonlinear", small],
    pca32_photo=tested["photo", "pca", large],
    nl32_photo=tested["photo", "nonlinear", large],
)
# %% [markdown] lang="en"
# The honest verdict, for these data:
#
# - **New people: PCA wins**, clearly, with 8 numbers ({{ pca8_person }} against {{ nl8_person }}) and with {{ k_used }} ({{ pca32_person }} against {{ nl32_person }}). A few hundred photos of 28 people
#   show the network too little of the curved surface on which faces lie; where it saw nothing, its bends are guesses. PCA's flat subspace extends to strangers.
# - **New photos of known people, small code:** the network is a little ahead ({{ nl8_photo }} against {{ pca8_photo }} with 8 numbers): the surface was seen nearby. With
#   {{ k_used }} numbers PCA leads again ({{ pca32_photo }} against {{ nl32_photo }}): a subspace of that size has room for the bends.
# - **The split decides the verdict.** The same PCA code of {{ k_used }} costs {{ pca32_person }} on strangers and {{ pca32_photo }} on acquaintances. Who reports only the second figure has not lied,
#   but has answered the easier question.
# - On strangers the linear autoencoder is even a little worse than PCA ({{ linear32_person }} against {{ pca32_person }}), after many times PCA's seconds; exercise 1 finds out why. For a linear code, use PCA.
#
# Then why a whole course on autoencoders? Because lesson 02 has sixty thousand digits instead of a few hundred faces: there the bends are well seen, and the network beats PCA by far.
# %% [markdown] lang="pt-BR"
# O veredito honesto, para estes dados:
#
# - **Pessoas novas: a PCA vence**, com folga, com 8 números ({{ pca8_person }} contra {{ nl8_person }}) e com {{ k_used }} ({{ pca32_person }} contra {{ nl32_person }}). Algumas centenas de fotos de 28 pessoas
#   mostram à rede pouco demais da superfície curva em que moram os rostos; onde nada viu, suas curvas são palpites. O subespaço plano da PCA se estende a estranhos.
# - **Fotos novas de pessoas conhecidas, código pequeno:** a rede fica um pouco à frente ({{ nl8_photo }} contra {{ pca8_photo }} com 8 números): viu a superfície ali perto. Com
#   {{ k_used }} números a PCA volta a liderar ({{ pca32_photo }} contra {{ nl32_photo }}): um subespaço desse tamanho tem lugar para as curvas.
# - **A divisão decide o veredito.** O mesmo código PCA de {{ k_used }} custa {{ pca32_person }} em estranhos e {{ pca32_photo }} em conhecidos. Quem só informa o segundo valor não mentiu,
#   mas respondeu à pergunta mais fácil.
# - Em estranhos, o autoencoder linear fica até um pouco pior que a PCA ({{ linear32_person }} contra {{ pca32_person }}), depois de muitas vezes os segundos dela; o exercício 1 descobre por quê. Para um código linear, use PCA.
#
# Então por que um curso inteiro sobre autoencoders? Porque a aula 02 tem sessenta mil dígitos em vez de poucas centenas de rostos: ali as curvas são bem vistas, e a rede vence a PCA por muito.
# %%
x_linear, x_hat = linear_rebuild(x_test), autoencoder.predict_on_batch(x_test)
chosen = np.linspace(0, len(x_test) - 1, 6).astype(int)
plot.image_rows(
    {
        "original": x_test[chosen].reshape(-1, *shape),
        f"PCA, k = {k}": pca_rebuild(pca, x_test[chosen], k).reshape(-1, *shape),
        "linear": x_linear[chosen].reshape(-1, *shape),
        "non-linear": x_hat[chosen].reshape(-1, *shape),
    },
    cmap="gray",
    alt="Test faces over three reconstructions: PCA and linear look alike and blurred; the non-linear ones look like other people.",
    # pt: "Rostos de teste sobre três reconstruções: PCA e linear, iguais e borradas; as não lineares parecem outras pessoas."
)


# %% [markdown] lang="en"
# Look at the columns one by one. PCA and the linear network lose the same things: teeth, wrinkles, the exact look, and they put a shadow of glasses on people who wear none, since many training people do. The non-linear row
# goes further and answers with *somebody else*: skin, beard and hair of training people, sometimes with the wrong light. A blurred answer confesses what it does not know; a wrong one does not.
#
# ## 5. Undercomplete and overcomplete codes
#
# All codes so far were **undercomplete**: fewer numbers than pixels. What if the code is larger, **overcomplete**? Then the network can pass every pixel through and
# has learnt nothing. To see it we cut the photos into patches of 8 × 8 (64 pixels) and train linear autoencoders with 8, 64 and 256 code numbers. The judge is a patch that is no face at all: the
# same patches with their **pixels shuffled**. A model that knows faces should fail on them.
# %% [markdown] lang="pt-BR"
# Olhe coluna por coluna. A PCA e a rede linear perdem as mesmas coisas: dentes, rugas, o olhar exato; e põem uma sombra de óculos em quem não os usa, pois muitas pessoas de treino usam. A linha não linear
# vai além e responde com *outra pessoa*: pele, barba e cabelo de gente do treino, às vezes com a luz errada. Uma resposta borrada confessa o que não sabe; uma errada, não.
#
# ## 5. Códigos subcompletos e sobrecompletos
#
# Até aqui todos os códigos foram **subcompletos**: menos números do que pixels. E se o código for maior, **sobrecompleto**? A rede pode então deixar passar cada pixel
# sem aprender nada. Para ver isso, cortamos as fotos em retalhos de 8 × 8 (64 pixels) e treinamos autoencoders lineares com 8, 64 e 256 números no código. O juiz é um retalho que não é rosto algum: os
# mesmos retalhos com os **pixels embaralhados**. Um modelo que conhece rostos deveria fracassar neles.
# %%
def patches(x):
    """All 8 x 8 pieces of the photos, one row each."""
    # pt: """Todos os pedaços de 8 x 8 das fotos, um por linha."""
    height, width = (side // 8 for side in shape)
    cut = x.reshape(-1, *shape)[:, : 8 * height, : 8 * width].reshape(-1, height, 8, width, 8)
    return cut.swapaxes(2, 3).reshape(-1, 64)


def build_patch_model(code_size):
    """A linear autoencoder of patches."""
    # pt: """Um autoencoder linear de retalhos."""
    return keras.Sequential([keras.Input((64,)), layers.Dense(code_size), layers.Dense(64)])


small_train, small_val = patches(x_train), patches(x_val)
shuffled = small_val[:, np.random.default_rng(0).permutation(64)]
copied = {}
for size in (8, 64, 256):
    keras.utils.set_random_seed(settings.seed())
    model = build_patch_model(size)
    train(
        model, small_train, small_val, 500, settings.pick(quick=8, class_=40, full=80), steps=100, peak=5e-3
    )
    copied[size] = [mse(x, model.predict_on_batch(x)) / x.var() for x in (small_val, shuffled)]
# %%
rows = [(str(size), *(text.number(share, ".2%") for share in pair)) for size, pair in copied.items()]
text.table(
    ("code numbers", "faces", "shuffled pixels"),  # pt: "números no código", "rostos", "pixels embaralhados"
    rows,
    "Error as a share of the variance, validation patches of 64 pixels",
    # pt: "Erro como fração da variância, retalhos de validação de 64 pixels"
)
claims.check(
    people.source,
    under_faces=copied[8][0],
    under_shuffled=copied[8][1],
    over_faces=copied[256][0],
    over_shuffled=copied[256][1],
)


# %% [markdown] lang="en"
# With 8 numbers the model keeps faces ({{ under_faces }} of the variance is lost) and fails on shuffled pixels ({{ under_shuffled }}): it *knows* that neighbours agree. With 256 the faces are nearly
# perfect ({{ over_faces }}), and so are the shuffled pixels, about which there is nothing to know (only {{ over_shuffled }} is lost): the model has almost turned into a wire. **A small error alone proves nothing.** An overcomplete code needs another
# constraint: sparsity (lesson 02), noise to be removed (lesson 04), or a prescribed distribution (lesson 08).
#
# ## 6. Sequential and functional: two ways to say the same
#
# A `Sequential` model is a list of layers. The **functional** API connects layers like functions, `y = layer(x)`, and a model is whatever lies between an input
# and an output. For a chain both say the same; equal weights must give equal outputs.
# %% [markdown] lang="pt-BR"
# Com 8 números, o modelo conserva rostos (perde {{ under_faces }} da variância) e fracassa nos pixels embaralhados ({{ under_shuffled }}): ele *sabe* que vizinhos concordam. Com 256, os rostos saem quase
# perfeitos ({{ over_faces }}) e os pixels embaralhados, sobre os quais nada há a saber, também (perda de só {{ over_shuffled }}): o modelo virou quase um fio. **Um erro pequeno, sozinho, nada prova.** Um código sobrecompleto precisa de outra
# restrição: esparsidade (aula 02), ruído a remover (aula 04) ou uma distribuição imposta (aula 08).
#
# ## 6. Sequential e funcional: dois jeitos de dizer o mesmo
#
# Um modelo `Sequential` é uma lista de camadas. A API **funcional** liga camadas como funções, `y = layer(x)`, e um modelo é o que houver entre uma entrada
# e uma saída. Para uma corrente, os dois dizem o mesmo; pesos iguais têm de dar saídas iguais.
# %%
def build_sequential(code_size, hidden=128):
    """A chain of layers, as a list."""
    # pt: """Uma corrente de camadas, em lista."""
    return keras.Sequential(
        [
            keras.Input((pixels,)),
            layers.Dense(hidden, "gelu"),
            layers.Dense(code_size, name="code"),
            layers.Dense(hidden, "gelu"),
            layers.Dense(pixels, "sigmoid", name="x_hat"),
        ]
    )


def build_functional(code_size, hidden=128):
    """The same chain, layer by layer called on the one before."""
    # pt: """A mesma corrente, cada camada chamada sobre a anterior."""
    x = keras.Input((pixels,))
    z = layers.Dense(code_size, name="code")(layers.Dense(hidden, "gelu")(x))
    x_hat = layers.Dense(pixels, "sigmoid", name="x_hat")(layers.Dense(hidden, "gelu")(z))
    return keras.Model(x, x_hat), keras.Model(x, z)


# %%
listed = build_sequential(k)
connected, connected_encoder = build_functional(k)
connected.set_weights(listed.get_weights())
difference = np.abs(listed.predict_on_batch(x_val) - connected.predict_on_batch(x_val)).max()
print(listed.count_params() == connected.count_params(), connected_encoder.output_shape)
claims.check(people.source, same_output=difference)


# %% [markdown] lang="en"
# No difference. But the functional version gave us the encoder for nothing: a second `Model` over the same tensors, sharing the weights. And it can do what no list can: **branch**. One encoder,
# two heads: one rebuilds the photo, the other answers a question about it. Which question, if there are no labels? One we can make ourselves: *was the photo turned upside down?* Such free labels are called
# **self-supervision**.
# %% [markdown] lang="pt-BR"
# Diferença nenhuma. Mas a versão funcional nos deu o codificador de graça: um segundo `Model` sobre os mesmos tensores, com os mesmos pesos. E ela faz o que lista alguma faz: **ramificar**. Um codificador,
# duas cabeças: uma refaz a foto, a outra responde a uma pergunta sobre ela. Que pergunta, se não há rótulos? Uma que nós mesmos fabricamos: *a foto foi virada de cabeça para baixo?* Rótulos gratuitos assim se chamam
# **autossupervisão**.
# %%
def build_two_heads(code_size, hidden=128):
    """One encoder; one head rebuilds the photo, the other says whether it stands on its head."""
    # pt: """Um codificador; uma cabeça refaz a foto, a outra diz se ela está de ponta-cabeça."""
    x = keras.Input((pixels,), name="photo")
    z = layers.Dense(code_size, name="code")(layers.Dense(hidden, "gelu", name="hidden")(x))
    x_hat = layers.Dense(hidden, "gelu", name="unfold")(z)
    x_hat = layers.Dense(pixels, "sigmoid", name="x_hat")(x_hat)
    turned = layers.Dense(1, "sigmoid", name="turned")(z)
    return keras.Model(x, {"x_hat": x_hat, "turned": turned}, name="two_heads")


keras.utils.set_random_seed(settings.seed())
two_heads = build_two_heads(k)
two_heads.summary()


# %% [markdown] lang="en"
# The column *Connected to* shows the fork: `code` feeds both `unfold` and `turned`. Two outputs need two losses, and weights that say how much each counts: a squared error of faces is around
# a hundredth, a cross-entropy around one, so we give the reconstruction the larger weight.
# %% [markdown] lang="pt-BR"
# A coluna *Connected to* mostra a bifurcação: `code` alimenta tanto `unfold` quanto `turned`. Duas saídas pedem dois custos, e pesos que digam quanto cada um conta: um erro quadrático de rostos fica em torno de
# um centésimo; uma entropia cruzada, em torno de um. Por isso a reconstrução recebe o peso maior.
# %%
def with_turned(x):
    """The photos and their upside-down twins, with the label of each."""
    # pt: """As fotos e suas gêmeas de ponta-cabeça, com o rótulo de cada uma."""
    both = np.concatenate([x, x.reshape(-1, *shape)[:, ::-1].reshape(len(x), -1)])
    return both, {"x_hat": both, "turned": np.repeat([0.0, 1.0], len(x))[:, None]}


losses = {"x_hat": "mse", "turned": "binary_crossentropy"}
two_heads.compile(
    keras.optimizers.Adam(1e-3),
    losses,
    loss_weights={"x_hat": 100, "turned": 1},
    metrics={"turned": "accuracy"},
    jit_compile=False,
)
x_both, y_both = with_turned(x_train)
two_heads.fit(x_both, y_both, batch_size=56, epochs=settings.pick(quick=10, class_=25, full=60), verbose=0)
scores = two_heads.evaluate(*with_turned(x_val), verbose=0, return_dict=True)
claims.check(people.source, head_accuracy=scores["turned_accuracy"], head_mse=scores["x_hat_loss"])


# %% [markdown] lang="en"
# {{ head_accuracy }} of the photos of people it never saw are put the right way up, from the same {{ k_used }} numbers from which the other head draws ({{ head_mse }} squared error, upright and turned photos together). Lesson 07
# uses the same fork for sequences: one encoder, one decoder that repeats and one that predicts.
#
# ## 7. The code as features for a classifier
#
# What is a code worth to somebody who *has* labels, but few? The task: the test people, none of whom any encoder has seen. For each, five photos with the name, five without. A logistic regression
# answers from raw pixels or from one of our codes; we draw the five photos anew ten times and average.
#
# **Predict:** the codes have thrown most of the pixels away. Will they cost accuracy?
# %% [markdown] lang="pt-BR"
# {{ head_accuracy }} das fotos de pessoas que ela nunca viu são postas de pé, a partir dos mesmos {{ k_used }} números com que a outra cabeça desenha (erro quadrático {{ head_mse }}, fotos de pé e viradas juntas). A aula 07
# usa a mesma bifurcação em sequências: um codificador, um decodificador que repete e outro que prevê.
#
# ## 7. O código como atributos de um classificador
#
# Quanto vale um código para quem *tem* rótulos, mas poucos? A tarefa: as pessoas de teste, que codificador algum viu. De cada uma, cinco fotos com nome e cinco sem. Uma regressão logística
# responde a partir dos pixels ou de um dos nossos códigos; sorteamos as cinco fotos dez vezes e tiramos a média.
#
# **Arrisque:** os códigos jogaram fora quase todos os pixels. Isso vai custar acurácia?
# %%
def recognise(features, y, draws=10):
    """Mean accuracy and seconds a fit of a logistic regression; half of each class has labels."""
    # pt: """Acurácia média e segundos por ajuste de uma regressão logística; metade tem rótulos."""
    rng = np.random.default_rng(0)
    accuracies, spent = [], 0.0
    for _ in range(draws):
        order = rng.permutation(len(y))
        order = order[np.argsort(y[order], kind="stable")].reshape(y.max() + 1, -1)
        half = order.shape[1] // 2
        named, unnamed = order[:, :half].ravel(), order[:, half:].ravel()
        classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
        start = time.perf_counter()
        classifier.fit(features[named], y[named])
        spent += time.perf_counter() - start
        accuracies.append(classifier.score(features[unnamed], y[unnamed]))
    return float(np.mean(accuracies)), spent / draws


# %%
x_task = people.x_task.reshape(len(people.x_task), -1)
features = {
    "pixels": x_task,
    "PCA": pca_code(pca, x_task, k),
    "linear": linear_encoder.predict_on_batch(x_task - pca.mean_),
    "non-linear": encoder.predict_on_batch(x_task),
}
results = {name: recognise(values, people.y_task) for name, values in features.items()}
rows = [
    (name, str(features[name].shape[1]), text.number(accuracy, ".1%"), text.number(1000 * spent, ".0f"))
    for name, (accuracy, spent) in results.items()
]
text.table(("features", "numbers", "accuracy", "ms a fit"), rows, people.task)
# pt: "atributos", "números", "acurácia", "ms por ajuste"
names = ("acc_pixels", "acc_pca", "acc_linear", "acc_nonlinear")
claims.check(people.source, **{n: accuracy for n, (accuracy, _) in zip(names, results.values())})
# %% [markdown] lang="en"
# Raw pixels give {{ acc_pixels }}; the PCA code, {{ k_used }} numbers in place of {{ pixels }}, gives {{ acc_pca }} and is fitted far faster. The learnt codes stay behind ({{ acc_linear }} linear, {{ acc_nonlinear }}
# non-linear), though the linear one spans PCA's subspace: a logistic regression with its usual penalty is not indifferent to the axes, and PCA's are uncorrelated. **Here a code buys speed, not accuracy, and PCA is the best
# bargain.** The autoencoder's turn comes with more data, or where labels are scarcer than photos.
#
# ## 8. Saving the halves
#
# Encoder and decoder are models of their own, so each goes into a file of its own, in Keras's `.keras` format; `safe_mode=True` refuses files that would run code. A small helper loads a pair and evaluates it.
# %% [markdown] lang="pt-BR"
# Os pixels dão {{ acc_pixels }}; o código da PCA, {{ k_used }} números em vez de {{ pixels }}, dá {{ acc_pca }} e se ajusta muito mais depressa. Os códigos aprendidos ficam atrás ({{ acc_linear }} o linear, {{ acc_nonlinear }} o
# não linear), embora o linear gere o subespaço da PCA: uma regressão logística com a penalidade de costume não é indiferente aos eixos, e os da PCA são não correlacionados. **Aqui o código compra velocidade, não acurácia, e a
# PCA é o melhor negócio.** A vez do autoencoder vem com mais dados, ou onde há menos rótulos que fotos.
#
# ## 8. Salvar as metades
#
# Codificador e decodificador são modelos por si; por isso cada um vai para um arquivo próprio, no formato `.keras` do Keras; `safe_mode=True` recusa arquivos que executariam código. Uma pequena função carrega um par e o avalia.
# %%
work = settings.run_folder()
print(settings.relative(work))
np.savez(work / "mean_face.npz", mean=pca.mean_)
linear_encoder.save(work / "linear_encoder.keras")
linear_decoder.save(work / "linear_decoder.keras")
encoder.save(work / "encoder.keras")
decoder.save(work / "decoder.keras")


def load_and_evaluate(folder, prefix, x, offset=0.0):
    """Squared error on `x` of the saved halves; `offset` is taken off before and put back after."""
    # pt: """Erro quadrático em `x` das metades salvas; `offset` sai antes e volta depois."""
    first = keras.models.load_model(folder / f"{prefix}encoder.keras", safe_mode=True)
    second = keras.models.load_model(folder / f"{prefix}decoder.keras", safe_mode=True)
    return mse(x, offset + second.predict_on_batch(first.predict_on_batch(x - offset)))


# %% tags=["nbval-check-output"]
with np.load(work / "mean_face.npz") as file:
    mean_face = file["mean"]
print(load_and_evaluate(work, "linear_", x_val, mean_face) == mse(x_val, linear_rebuild(x_val)))
print(load_and_evaluate(work, "", x_val) == mse(x_val, autoencoder.predict_on_batch(x_val)))
# %% [markdown] lang="en"
# Twice *True*: the loaded halves give the error of the model in memory, to the last digit. To use the linear one, the mean face must be kept too: whatever is done to the data before the encoder belongs to the model.
#
# ### Explore again
#
# The explorer of section 2, now with the non-linear autoencoder at the right; its code always has {{ k_used }} numbers. At which $k$ does PCA catch up with it? Is there a face on which it never does?
# %% [markdown] lang="pt-BR"
# Duas vezes *True*: as metades carregadas dão o erro do modelo em memória, até o último dígito. Para usar o linear é preciso guardar também o rosto médio: tudo o que se faz aos dados antes do codificador pertence ao modelo.
#
# ### Explore de novo
#
# O explorador da seção 2, agora com o autoencoder não linear à direita; seu código tem sempre {{ k_used }} números. Com que $k$ a PCA o alcança? Existe um rosto em que nunca alcance?
# %%
explore.pca_faces.components(pca, x_val, shape, autoencoder.predict_on_batch(x_val), "non-linear")
# %% [markdown] lang="en"
# ## Check yourself
#
# Answer first, then open.
#
# **1.** Somebody's PCA rebuilds faces with no error at all, from 279 numbers each. Which faces were they, probably?
#
# <details><summary>Answer</summary>The 280 training faces: 280 centred photos span 279 directions, so with all of them every training photo is exact. New faces keep an error, however many of these components are used.</details>
#
# **2.** The linear autoencoder has PCA's error, yet its decoder does not show the eigenfaces. Which of the two is wrong?
#
# <details><summary>Answer</summary>Neither. The error fixes the subspace only; any invertible mixture of the code, undone by the decoder, has the same error. PCA adds the demands "orthonormal, uncorrelated, sorted by variance".</details>
#
# **3.** A paper reports that its autoencoder "beats PCA on held-out faces". What do you ask first?
#
# <details><summary>Answer</summary>How the faces were held out: by photo (the same people were in the training part) or by person. In section 4 that choice alone changes the error of one and the same method, and can change who wins.</details>
#
# **4.** An autoencoder with 256 code numbers for 64 pixels reaches an error of almost zero. Why is that no success?
#
# <details><summary>Answer</summary>It can copy its input: shuffled pixels, which have nothing of a face, pass through it ever better as the code grows. The small error tells nothing about structure. Overcomplete codes need another constraint, such as sparsity or noise.</details>
#
# **5.** Why can a Sequential model not have a second head?
#
# <details><summary>Answer</summary>It is a list: every layer has one layer before and one after it. A fork needs two layers that take the same tensor as input; the functional API names the tensor and calls both on it.</details>
# %% [markdown] lang="pt-BR"
# ## Teste-se
#
# Responda primeiro, abra depois.
#
# **1.** A PCA de alguém refaz rostos sem erro algum, a partir de 279 números por rosto. Que rostos eram, provavelmente?
#
# <details><summary>Resposta</summary>Os 280 de treino: 280 fotos centradas geram 279 direções, e com todas elas cada foto de treino sai exata. Rostos novos conservam um erro, por mais desses componentes que se usem.</details>
#
# **2.** O autoencoder linear tem o erro da PCA, mas seu decodificador não mostra as autofaces. Qual dos dois está errado?
#
# <details><summary>Resposta</summary>Nenhum. O erro só fixa o subespaço; qualquer mistura invertível do código, desfeita pelo decodificador, tem o mesmo erro. A PCA acrescenta as exigências "ortonormal, não correlacionado, em ordem de variância".</details>
#
# **3.** Um artigo informa que seu autoencoder "vence a PCA em rostos reservados". O que você pergunta primeiro?
#
# <details><summary>Resposta</summary>Como os rostos foram reservados: por foto (as mesmas pessoas estavam no treino) ou por pessoa. Na seção 4, só essa escolha muda o erro de um mesmo método e pode mudar quem vence.</details>
#
# **4.** Um autoencoder com 256 números de código para 64 pixels chega a um erro quase nulo. Por que isso não é um sucesso?
#
# <details><summary>Resposta</summary>Ele pode copiar a entrada: pixels embaralhados, que nada têm de rosto, passam por ele cada vez melhor conforme o código cresce. O erro pequeno nada diz sobre estrutura. Códigos sobrecompletos pedem outra restrição, como esparsidade ou ruído.</details>
#
# **5.** Por que um modelo Sequential não pode ter uma segunda cabeça?
#
# <details><summary>Resposta</summary>Porque é uma lista: cada camada tem uma camada antes e uma depois. Uma bifurcação precisa de duas camadas com o mesmo tensor de entrada; a API funcional dá nome ao tensor e chama as duas sobre ele.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# The cell below each exercise checks your answer at once; `check.mirrored.hint()` (with the name of the check) gives a hint, and a plainer one the next time.
#
# ### Exercise 1: PCA out of the network
#
# On training faces the linear autoencoder equals PCA, on strangers it is worse. Which half is to blame? Keep the decoder only: orthonormalise its `directions` (shape `(k, pixels)`; `np.linalg.qr` of the
# transpose), project the centred *validation* photos on that basis, and put the reconstruction, the mean face added back, into `x_projected`. If its error is PCA's, the decoder is innocent. Then: what could the
# encoder learn about directions in which the training photos do not vary at all?
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# A célula abaixo de cada exercício verifica a resposta na hora; `check.mirrored.hint()` (com o nome da verificação) dá uma dica, e uma mais clara na vez seguinte.
#
# ### Exercício 1: uma PCA tirada da rede
#
# Em rostos de treino o autoencoder linear iguala a PCA; em estranhos é pior. Qual das metades é culpada? Fique só com o decodificador: ortonormalize as suas `directions` (forma `(k, pixels)`; `np.linalg.qr` da
# transposta), projete as fotos de *validação* centradas nessa base e ponha em `x_projected` a reconstrução, com o rosto médio somado de volta. Se o erro for o da PCA, o decodificador é inocente. E então: o que o
# codificador poderia aprender sobre direções em que as fotos de treino não variam?
# %% exercise="1" role="answer"
x_projected = None
### BEGIN SOLUTION
basis = np.linalg.qr(directions.T)[0]
x_projected = pca.mean_ + (centred_val @ basis) @ basis.T
# The decoder is innocent. Where training photos do not vary, the encoder's weights get no
# useful gradient and keep their random start; strangers do vary there, and it leaks in.
# pt: O decodificador é inocente. Onde as fotos de treino não variam, os pesos do codificador não
# pt: recebem gradiente útil e ficam como nasceram, ao acaso; estranhos variam ali, e isso vaza.
### END SOLUTION
# %% exercise="1" role="check"
from exercises import pca_faces as check

check.projected(x_projected, directions, pca, x_val, linear_rebuild(x_val))
# check.projected.hint()
if check.projected.done:
    rivals = {"decoder only": x_projected, "network": linear_rebuild(x_val)}
    # pt: "só o decodificador", "rede"
    for name, rebuilt in (rivals | {"PCA": pca_rebuild(pca, x_val, k)}).items():
        print(f"{name:20}{mse(x_val, rebuilt):.6f}")
# %% [markdown] lang="en"
# ### Exercise 2: more faces for nothing
#
# The mirror image of a face is a face. Fit a second PCA on the training photos *and* their mirror images and store in `mirrored_error` its error on the validation faces with `k` components.
# Does the free doubling of the data help strangers? (`pca_rebuild` does the rest.)
# %% [markdown] lang="pt-BR"
# ### Exercício 2: mais rostos, de graça
#
# A imagem espelhada de um rosto é um rosto. Ajuste uma segunda PCA às fotos de treino *e* às espelhadas e guarde em `mirrored_error` o seu erro nos rostos de validação com `k` componentes.
# Dobrar os dados de graça ajuda estranhos? (`pca_rebuild` faz o resto.)
# %% exercise="2" role="answer"
mirrored_error = None
### BEGIN SOLUTION
mirrored = people.x_train[:, :, ::-1].reshape(len(x_train), -1)
pca_mirrored = PCA(svd_solver="full").fit(np.concatenate([x_train, mirrored]))
mirrored_error = mse(x_val, pca_rebuild(pca_mirrored, x_val, k))
### END SOLUTION
# %% exercise="2" role="check"
check.mirrored(mirrored_error, people, k)
# check.mirrored.hint()
if check.mirrored.done:
    print(f"k = {k}: {mse(x_val, pca_rebuild(pca, x_val, k)):.5f} -> {mirrored_error:.5f}")
# %% [markdown] lang="en"
# ### Exercise 3: a third head
#
# Build with the functional API a model `three_heads` with one code of `k` numbers and three outputs named `x_hat`, `turned` and `light`; the last tells with one sigmoid unit on which side the
# light stands. Only build it, no training is needed.
# %% [markdown] lang="pt-BR"
# ### Exercício 3: uma terceira cabeça
#
# Monte com a API funcional um modelo `three_heads` com um código de `k` números e três saídas, de nomes `x_hat`, `turned` e `light`; a última diz, com uma unidade sigmoide, de que lado vem a
# luz. Basta montar; não é preciso treinar.
# %% exercise="3" role="answer"
three_heads = None
### BEGIN SOLUTION
photo_in = keras.Input((pixels,), name="photo")
code = layers.Dense(k, name="code")(layers.Dense(128, "gelu")(photo_in))
outputs = {name: layers.Dense(1, "sigmoid", name=name)(code) for name in ("turned", "light")}
outputs["x_hat"] = layers.Dense(pixels, "sigmoid", name="x_hat")(layers.Dense(128, "gelu")(code))
three_heads = keras.Model(photo_in, outputs)
### END SOLUTION
# %% exercise="3" role="check"
check.heads(three_heads, k, x_val)
# check.heads.hint()
if check.heads.done:
    three_heads.summary()
# %% [markdown] lang="en"
# ## Summary
#
# - Unsupervised learning finds structure without answers; PCA finds the flat subspace that loses least variance, with no training at all.
# - A linear autoencoder with squared error reaches PCA's error and PCA's subspace, but its axes are arbitrary.
# - With a few hundred faces PCA beats the non-linear network on new people. Say by what you split: person or photo.
# - A small error means little if the code could simply copy: the bottleneck, or another constraint, is what forces learning.
# - Sequential is a list, functional is a graph: encoder, decoder and heads share layers.
# - The same code serves reconstruction, display and classification.
#
# ## References
#
# - K. Pearson, *On lines and planes of closest fit to systems of points in space*, Philosophical Magazine 2, 1901.
# - M. Turk, A. Pentland, *Eigenfaces for recognition*, Journal of Cognitive Neuroscience 3, 1991.
# - H. Bourlard, Y. Kamp, *Auto-association by multilayer perceptrons and singular value decomposition*, Biological Cybernetics 59, 1988.
# - P. Baldi, K. Hornik, *Neural networks and principal component analysis: learning from examples without local minima*, Neural Networks 2, 1989.
# - F. Samaria, A. Harter, *Parameterisation of a stochastic model for human face identification*, IEEE Workshop on Applications of Computer Vision, 1994. Photos: AT&T Laboratories Cambridge.
# - G. B. Huang, M. Ramesh, T. Berg, E. Learned-Miller, *Labeled Faces in the Wild*, University of Massachusetts, Amherst, technical report 07-49, 2007.
#
# Next: lesson 02, sixty thousand digits. Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - O aprendizado não supervisionado encontra estrutura sem respostas; a PCA acha o subespaço plano que menos perde variância, sem treino algum.
# - Um autoencoder linear com erro quadrático alcança o erro e o subespaço da PCA, mas seus eixos são arbitrários.
# - Com poucas centenas de rostos, a PCA vence a rede não linear em pessoas novas. Diga como você dividiu: por pessoa ou por foto.
# - Um erro pequeno diz pouco se o código podia simplesmente copiar: é o gargalo, ou outra restrição, que obriga a aprender.
# - Sequential é uma lista; a API funcional, um grafo: codificador, decodificador e cabeças dividem camadas.
# - O mesmo código serve para reconstruir, mostrar e classificar.
#
# ## Referências
#
# - K. Pearson, *On lines and planes of closest fit to systems of points in space*, Philosophical Magazine 2, 1901.
# - M. Turk, A. Pentland, *Eigenfaces for recognition*, Journal of Cognitive Neuroscience 3, 1991.
# - H. Bourlard, Y. Kamp, *Auto-association by multilayer perceptrons and singular value decomposition*, Biological Cybernetics 59, 1988.
# - P. Baldi, K. Hornik, *Neural networks and principal component analysis: learning from examples without local minima*, Neural Networks 2, 1989.
# - F. Samaria, A. Harter, *Parameterisation of a stochastic model for human face identification*, IEEE Workshop on Applications of Computer Vision, 1994. Fotos: AT&T Laboratories Cambridge.
# - G. B. Huang, M. Ramesh, T. Berg, E. Learned-Miller, *Labeled Faces in the Wild*, Universidade de Massachusetts, Amherst, relatório técnico 07-49, 2007.
#
# A seguir: a aula 02, sessenta mil dígitos. Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
