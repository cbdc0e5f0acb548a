# %% [markdown] lang="en"
# # PCA and faces: the linear ancestor of the autoencoder
#
# [Open in Colab]({{ colab }}) · Lesson 01 · reading: {{ reading_minutes }} min · running: {{ minutes.class }} min
# (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# A photo of a face has thousands of pixels, but faces resemble each other. How many numbers are enough to describe one? And does a neural network
# find a better description than the classical method, PCA?
#
# **After this lesson you can**
#
# - explain what unsupervised learning is, and reduce a photo of thousands of pixels to a few dozen numbers with PCA;
# - read a curve of explained variance, interpret eigenfaces, and reconstruct a face from $k$ of them;
# - train a linear autoencoder and show that it finds PCA's subspace but not PCA's axes;
# - compare a non-linear autoencoder with PCA on new faces, and say in which sense the faces are new;
# - distinguish undercomplete from overcomplete codes, and say why a small error can mean little;
# - use a code as features for a classifier.
#
# **Prerequisites:** matrix products, mean and variance; some experience with Keras helps.
#
# **You will need:** a computer with Python {{ python }}, or a free Colab. No GPU.
# %% [markdown] lang="pt-BR"
# # PCA e rostos: o ancestral linear do autoencoder
#
# [Abrir no Colab]({{ colab }}) · Aula 01 · leitura: {{ reading_minutes }} min · execução: {{ minutes.class }} min
# (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# Uma foto de rosto tem milhares de pixels, mas os rostos se parecem uns com os outros. Quantos números bastam para descrever um deles? E uma rede
# neural encontra uma descrição melhor que a do método clássico, a PCA?
#
# **Ao final desta aula, você saberá**
#
# - explicar o que é aprendizado não supervisionado e, com a PCA, reduzir uma foto de milhares de pixels a poucas dezenas de números;
# - ler uma curva de variância explicada, interpretar autofaces e reconstruir um rosto a partir de $k$ delas;
# - treinar um autoencoder linear e mostrar que ele encontra o subespaço da PCA, mas não os eixos dela;
# - comparar um autoencoder não linear com a PCA em rostos novos e dizer em que sentido eles são novos;
# - distinguir códigos subcompletos de supercompletos e dizer por que um erro pequeno pode significar pouco;
# - usar um código como atributos de um classificador.
#
# **Pré-requisitos:** produto de matrizes, média e variância; alguma experiência com o Keras ajuda.
#
# **Você vai precisar de:** um computador com Python {{ python }}, ou do Colab gratuito. Não é preciso GPU.
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("01_pca_faces")
# %% [markdown] lang="en"
# If every line of the table says *ok*, go on. Otherwise do what its last column says. The first two import lines limit NumPy to one thread, because
# more threads slow down the small matrix products of section 6.
# %% [markdown] lang="pt-BR"
# Se todas as linhas da tabela dizem *ok*, siga em frente. Se não, faça o que diz a última coluna. As duas primeiras linhas das importações limitam o
# NumPy a uma única thread, porque mais threads atrasariam os produtos de matrizes pequenas da seção 6.
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
# ## 1. Faces without labels
#
# In *supervised* learning, each example comes with the right answer, its label, and the model learns to predict it. In **unsupervised** learning there
# are no labels; the model looks for structure in the data. Photos of faces have a lot of structure. Neighbouring pixels are similar, the two halves of
# a face are nearly symmetric, and the eyes are above the mouth.
#
# This structure makes a short description possible, with far fewer numbers than pixels. Finding such a description is called **dimensionality
# reduction**. It is a theme of the whole course.
#
# We use the Olivetti photos: 40 people, ten photos of each, 64 × 64 pixels in shades of grey. (To try the press photos of Labeled Faces in the Wild
# later, about 250 MB, replace `olivetti` by `lfw` here and in section 4.)
# %% [markdown] lang="pt-BR"
# ## 1. Rostos sem rótulos
#
# No aprendizado *supervisionado*, cada exemplo vem com a resposta certa, o rótulo, e o modelo aprende a prevê-la. No aprendizado **não
# supervisionado** não há rótulos: o modelo procura estrutura nos dados. Fotos de rostos têm muita estrutura. Pixels vizinhos são parecidos,
# as duas metades do rosto são quase simétricas, e há dois olhos acima de uma boca.
#
# Essa estrutura permite uma descrição curta, com muito menos números do que pixels. Encontrar uma descrição assim chama-se **redução de
# dimensionalidade**, um tema do curso inteiro.
#
# Usamos as fotos Olivetti: 40 pessoas, dez fotos de cada uma, 64 × 64 pixels em tons de cinza. (Se quiser testar depois as fotos de imprensa do Labeled
# Faces in the Wild, cerca de 250 MB, troque `olivetti` por `lfw` aqui e na seção 4.)
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
# The first line printed above the pictures says that the split is **by person**: nobody appears in two of the three sets. If we split photo by photo,
# people of the test photos would also be in the training set. Section 4 compares the two splits.
#
# We fit models to the **training** faces and make choices with the **validation** faces. The **test** faces play no part in these choices; we use them
# only for the results that we report.
#
# ## 2. PCA: the best linear code
#
# Write a photo as a vector $x$ of {{ pixels }} numbers and subtract the mean face $\mu$. **Principal component analysis** (PCA) looks for $k$
# orthonormal directions $u_1, \dots, u_k$, the rows of a matrix $U$. It chooses the directions for which the squared error is smallest when each photo
# is replaced by its projection on them:
#
# $$z = U (x - \mu) \quad\text{(encoder)}, \qquad \hat x = \mu + U^\top z \quad\text{(decoder)}, \qquad \text{minimise } \textstyle\sum_x \lVert x - \hat x \rVert^2 .$$
#
# The **encoder** computes the **code** $z$, also called latent code. It has $k$ numbers; $k$ is the **latent dimension**. The **decoder** turns the
# code into the **reconstruction** $\hat x$. PCA is therefore a linear autoencoder. It needs no gradient descent, because the best directions are the
# leading eigenvectors of the covariance matrix. The eigenvalue $\lambda_i$ is the variance along $u_i$.
#
# **Predict before you run:** how many components are needed for 90% of the variance of the training faces?
# %% [markdown] lang="pt-BR"
# A primeira linha impressa acima das figuras informa que a divisão é **por pessoa**: ninguém aparece em dois dos três conjuntos. Se dividíssemos foto
# por foto, pessoas das fotos de teste também estariam no treino. A seção 4 compara as duas divisões.
#
# Ajustamos os modelos aos rostos de **treino** e fazemos as escolhas com os de **validação**. Os rostos de **teste** não participam dessas escolhas;
# servem só para os resultados que informamos.
#
# ## 2. PCA: o melhor código linear
#
# Escreva uma foto como um vetor $x$ de {{ pixels }} números e subtraia o rosto médio $\mu$. A **análise de componentes principais** (PCA) procura
# $k$ direções ortonormais $u_1, \dots, u_k$, as linhas de uma matriz $U$. Ela escolhe as direções com o menor erro quadrático quando cada foto é
# substituída por sua projeção sobre elas:
#
# $$z = U (x - \mu) \quad\text{(codificador)}, \qquad \hat x = \mu + U^\top z \quad\text{(decodificador)}, \qquad \text{minimizar } \textstyle\sum_x \lVert x - \hat x \rVert^2 .$$
#
# O **codificador** calcula o **código** $z$, também chamado código latente. Ele tem $k$ números; $k$ é a **dimensão latente**. O **decodificador**
# transforma o código na **reconstrução** $\hat x$. A PCA é, portanto, um autoencoder linear. Ela dispensa a descida do gradiente, pois as melhores
# direções são os autovetores dominantes da matriz de covariância. O autovalor $\lambda_i$ é a variância ao longo de $u_i$.
#
# **Antes de executar, arrisque:** quantos componentes bastam para 90% da variância dos rostos de treino?
# %%
def mse(x, x_hat):
    """Mean squared error over pixels and images."""
    return float(np.mean((x - x_hat) ** 2))


def pca_code(pca, x, k):
    """The first `k` numbers of the code of each row of `x`."""
    # pt: """Os primeiros `k` números do código de cada linha de `x`."""
    return (x - pca.mean_) @ pca.components_[:k].T


def pca_rebuild(pca, x, k):
    """Each row of `x` reconstructed from its first `k` components."""
    # pt: """Cada linha de `x` reconstruída com seus primeiros `k` componentes."""
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
# With {{ k90 }} of {{ pixels }} numbers we keep 90% of the variance of the training faces, and with {{ k95 }} we keep 95%. The last line of the table
# checks that the directions are orthonormal: the largest entry of $U U^\top - I$ is only rounding error.
#
# Each direction has as many numbers as a photo has pixels, so we can show it as a picture, called an **eigenface**. Mid-grey is zero. A positive value
# of the code makes the lighter pixels brighter and the darker ones darker.
# %% [markdown] lang="pt-BR"
# Com {{ k90 }} de {{ pixels }} números conservamos 90% da variância dos rostos de treino; com {{ k95 }}, 95%. A última linha da tabela confere
# que as direções são ortonormais: a maior entrada de $U U^\top - I$ é só erro de arredondamento.
#
# Cada direção tem tantos números quantos são os pixels da foto. Por isso podemos mostrá-la como imagem, chamada **autoface** (*eigenface*). O cinza
# médio é o zero. Um valor positivo do código clareia os pixels mais claros e escurece os mais escuros.
# %%
def gallery(images, titles, alt, columns=8, signed=False):
    """Images in a grid: from 0 to 1 or, if signed, with grey for zero."""
    # pt: """Imagens numa grade: de 0 a 1 ou, se têm sinal, com cinza no zero."""
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
# The first eigenfaces change large regions: the brightness of the whole face, one side against the other, the background. Smaller shapes such as
# eyebrows, glasses, nose and mouth become distinct from about the fifth on. PCA ranks directions by variance and not by meaning, and a change of light
# alters more pixels than a smile. The sign of an eigenface is arbitrary, because $-u_i$ is as good as $u_i$.
#
# Now we reconstruct the face of a validation person, which PCA has never seen, from more and more components:
# %% [markdown] lang="pt-BR"
# As primeiras autofaces alteram regiões grandes: o brilho do rosto inteiro, um lado em relação ao outro, o fundo. Formas menores, como sobrancelhas,
# óculos, nariz e boca, ficam nítidas a partir da quinta, mais ou menos. A PCA ordena as direções pela variância, e não pelo significado, e uma mudança
# de luz altera mais pixels que um sorriso. O sinal de uma autoface é arbitrário, pois $-u_i$ vale tanto quanto $u_i$.
#
# Agora reconstruímos o rosto de uma pessoa de validação, que a PCA nunca viu, com cada vez mais componentes:
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
# With $k = 0$ every reconstruction is the mean face. The first components adapt the brightness and the broad shapes. The smile and the direction of
# the eyes appear from about 32 components on, together with faint rims of glasses that this person does not wear. The eigenfaces were computed from
# other people, several of them with glasses.
#
# How large is the error on faces that PCA has seen, and on faces that it has not seen?
#
# **Predict:** one of the two curves reaches zero. Which one, and at which $k$?
# %% [markdown] lang="pt-BR"
# Com $k = 0$, toda reconstrução é o rosto médio. Os primeiros componentes ajustam o brilho e as formas gerais. O sorriso e a direção do olhar aparecem
# a partir de uns 32 componentes, junto com um contorno tênue de óculos, que essa pessoa não usa. As autofaces foram calculadas com outras
# pessoas, várias delas de óculos.
#
# Qual é o erro em rostos que a PCA já viu? E em rostos que ela não viu?
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
# After centring, $n$ photos span at most $n - 1$ directions. With all of them PCA reconstructs every training photo exactly, while the error on new
# faces is still {{ pca_val_all }}. PCA has **memorised** the training photos, and only held-out faces reveal it. In both sets the error cannot grow
# with $k$, because a larger subspace contains the smaller one.
#
# At $k = 0$ the validation error is smaller than the training error, because these four people happen to be closer to the mean face.
#
# ### Explore PCA reconstructions
#
# Choose a validation face and change $k$. Find a face that you recognise with 16 numbers, and one that you do not recognise with 96. What do the
# difficult faces have in common? In the live explorer, the last picture is the mean face, our simplest **baseline** (a simple method that a model must
# beat). Without a kernel you see a still picture of two faces, with the originals on the right.
# %% [markdown] lang="pt-BR"
# Depois de centradas, $n$ fotos geram no máximo $n - 1$ direções. Com todas elas, a PCA reconstrói com exatidão cada foto de treino, enquanto o erro
# em rostos novos ainda é {{ pca_val_all }}. A PCA **memorizou** as fotos de treino, e só rostos reservados revelam isso. Nos dois conjuntos o
# erro não pode aumentar com $k$, pois um subespaço maior contém o menor.
#
# Com $k = 0$, o erro de validação é menor que o de treino, pois essas quatro pessoas são, por acaso, mais próximas do rosto médio.
#
# ### Explore as reconstruções da PCA
#
# Escolha um rosto de validação e varie $k$. Encontre um rosto que você reconheça com 16 números e outro que não reconheça com 96. O que os rostos difíceis
# têm em comum? No explorador interativo, a última figura é o rosto médio, nossa **linha de base** (*baseline*) mais simples: um método simples que o
# modelo precisa superar. Sem um kernel, você vê uma figura estática com dois rostos e os originais à direita.
# %%
everybody = np.broadcast_to(pca.mean_, x_val.shape)
explore.pca_faces.components(pca, x_val, shape, everybody, "mean face")


# %% [markdown] lang="en"
# ## 3. A linear autoencoder finds the same subspace
#
# Take a network of two dense layers, {{ pixels }} → $k$ → {{ pixels }}, **without activation functions**. Apart from the biases, its encoder and its
# decoder are matrices, as in PCA. But nothing requires the directions to be orthonormal, or one matrix to be the transpose of the other. We only
# minimise the squared error.
#
# Baldi and Hornik proved in 1989 that this loss has no bad local minima: every stationary point is either a global minimum or a saddle point. At a
# global minimum the decoder spans PCA's subspace. Their proof assumes an invertible covariance matrix with distinct eigenvalues. Ours is singular,
# because there are fewer photos than pixels; exercise 1 shows a consequence.
#
# **Predict:** will each unit of the code correspond to one eigenface?
# %% [markdown] lang="pt-BR"
# ## 3. Um autoencoder linear encontra o mesmo subespaço
#
# Considere uma rede de duas camadas densas, {{ pixels }} → $k$ → {{ pixels }}, **sem função de ativação**. Exceto pelos vieses, o codificador e o
# decodificador são matrizes, como na PCA. Mas nada obriga as direções a serem ortonormais nem uma matriz a ser a transposta da outra. Só minimizamos o
# erro quadrático.
#
# Em 1989, Baldi e Hornik provaram que essa função de custo não tem mínimos locais ruins: todo ponto estacionário é mínimo global ou ponto de sela. Num
# mínimo global, o decodificador gera o subespaço da PCA. A prova supõe uma matriz de covariância invertível, com autovalores distintos. A nossa é
# singular, pois há menos fotos que pixels; o exercício 1 mostra uma consequência.
#
# **Arrisque:** cada unidade do código vai corresponder a uma autoface?
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
# As in PCA, we subtract the mean face from the photos and change nothing else. The training set is so small that **all photos form one batch**.
#
# The **learning-rate schedule** rises to a peak and then falls along a cosine. Directions of small variance have small gradients and are learned last;
# the small steps at the end let the error settle. Two settings of `train` only save time: XLA (`jit_compile`) compiles the training step, and
# `steps_per_execution` runs many steps before control returns to Python.
# %% [markdown] lang="pt-BR"
# Como na PCA, subtraímos das fotos o rosto médio e não mudamos mais nada. O conjunto de treino é tão pequeno que **todas as fotos formam um único lote**.
#
# O **cronograma da taxa de aprendizado** sobe até um pico e depois desce ao longo de um cosseno. Direções de pouca variância têm gradientes pequenos e
# são aprendidas por último; os passos pequenos do final deixam o erro se estabilizar. Duas opções de `train` só economizam tempo: o XLA (`jit_compile`)
# compila o passo de treino, e `steps_per_execution` executa muitos passos antes de voltar ao Python.
# %%
GPU = bool(tf.config.list_physical_devices("GPU"))
if GPU:
    tf.config.experimental.enable_op_determinism()
# compilation saves time in long trainings only
# pt: compilar só poupa tempo em treinos longos
XLA = settings.pick(quick=False, class_=not GPU, full=not GPU)


def train(model, x, x_held_out, batch, rounds, steps, peak, callbacks=()):
    """Train `model` to reconstruct its input, in `rounds` of `steps`; history and seconds."""
    # pt: """Treina `model` para reconstruir a entrada, em `rounds` de `steps`; histórico e segundos."""
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
# PCA's error on the training faces is a lower bound for every linear network with $k$ numbers, so the excess cannot become negative. Two numbers show
# whether our network reaches this bound. The first is the ratio of the two errors on the training faces.
#
# The second is the largest **principal angle** between the two subspaces of dimension $k$. Let the columns of $Q$ be an orthonormal basis of the
# decoder's output directions. The singular values of $U_k Q$ are the cosines of the principal angles. At 0° the subspaces are equal. At 90° one
# subspace has a direction that is orthogonal to the whole of the other.
# %% [markdown] lang="pt-BR"
# O erro da PCA nos rostos de treino é um limite inferior para qualquer rede linear com $k$ números; por isso, o excesso não pode ficar negativo. Dois
# números mostram se a nossa rede atinge esse limite. O primeiro é a razão entre os dois erros nos rostos de treino.
#
# O segundo é o maior **ângulo principal** entre os dois subespaços de dimensão $k$. Sejam as colunas de $Q$ uma base ortonormal das direções de
# saída do decodificador. Os valores singulares de $U_k Q$ são os cossenos dos ângulos principais. Com 0°, os subespaços são iguais. Com 90°, um deles
# tem uma direção ortogonal a todo o outro.
# %%
def largest_angle(a, b):
    """Largest principal angle, in degrees, between the spans of the rows of `a` and of `b`."""
    # pt: """Maior ângulo principal, em graus, entre os espaços gerados pelas linhas de `a` e de `b`."""
    q_a, q_b = np.linalg.qr(a.T.astype("float64"))[0], np.linalg.qr(b.T.astype("float64"))[0]
    cosines = np.linalg.svd(q_a.T @ q_b, compute_uv=False)
    return float(np.degrees(np.arccos(np.clip(cosines.min(), 0, 1))))


def linear_rebuild(x):
    """Photos reconstructed by the linear autoencoder; the mean face is subtracted and added back."""
    # pt: """Fotos reconstruídas pelo autoencoder linear; o rosto médio é subtraído e depois somado."""
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
# On the training faces the errors agree: their ratio is {{ linear_ratio }}. The largest principal angle is {{ linear_angle }}° in this run, and between
# {{ linear_angle.min }}° and {{ linear_angle.max }}° over our {{ linear_angle.n }} seeds. The angle is more sensitive than the error. The last
# component kept and the first one left out have similar variances, so exchanging a little of one for the other hardly changes the error.
#
# Are the axes equal too?
# %% [markdown] lang="pt-BR"
# Nos rostos de treino, os erros coincidem: a razão é {{ linear_ratio }}. O maior ângulo principal é {{ linear_angle }}° nesta execução e fica entre
# {{ linear_angle.min }}° e {{ linear_angle.max }}° com as nossas {{ linear_angle.n }} sementes. O ângulo é mais sensível que o erro. O último componente
# usado e o primeiro deixado de fora têm variâncias parecidas, e trocar um pouco de um pelo outro quase não altera o erro.
#
# Os eixos também são iguais?
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
# These directions look like faces, but they are not the eigenfaces. The cosine between a direction and its most similar eigenface is only
# {{ linear_alike }} on average. The directions are not orthogonal either: the largest cosine between two of them is {{ linear_overlap }}.
#
# There is a simple reason. For any invertible matrix $A$, the encoder $A W_e$ and the decoder $W_d A^{-1}$ give the same output as $W_e$ and $W_d$.
# **The loss determines the subspace but not the axes.** PCA selects one of these codes, with uncorrelated numbers sorted by variance. A single unit of
# this autoencoder therefore has no meaning of its own.
#
# ## 4. A non-linear autoencoder with the same code size
#
# Faces do not lie in a flat subspace. When a head turns, the vector of its pixels moves along a curve. A network with hidden layers and activation
# functions can follow curves. Ours has the same code of $k$ numbers and a hidden layer of 128 units on either side of it. The output has a sigmoid,
# because pixels lie between 0 and 1.
#
# **Predict:** this network has about eight times as many parameters as PCA with {{ k_used }} components. Will it have the smaller error on new people?
# %% [markdown] lang="pt-BR"
# Estas direções parecem rostos, mas não são as autofaces. O cosseno entre uma direção e a autoface mais parecida é de apenas {{ linear_alike }}, em
# média. As direções tampouco são ortogonais: o maior cosseno entre duas delas é {{ linear_overlap }}.
#
# O motivo é simples. Para qualquer matriz invertível $A$, o codificador $A W_e$ e o decodificador $W_d A^{-1}$ dão a mesma saída que $W_e$ e $W_d$. **A
# função de custo determina o subespaço, mas não os eixos.** A PCA escolhe um desses códigos, cujos números não são correlacionados e vêm em ordem de
# variância. Uma unidade isolada desse autoencoder não tem, portanto, significado próprio.
#
# ## 4. Um autoencoder não linear com o mesmo tamanho de código
#
# Os rostos não ficam num subespaço plano. Quando a cabeça gira, o vetor dos pixels percorre uma curva. Uma rede com camadas ocultas e funções de ativação
# consegue acompanhar curvas. A nossa tem o mesmo código de $k$ números e uma camada oculta de 128 unidades de cada lado dele. A saída tem uma sigmoide,
# pois os pixels ficam entre 0 e 1.
#
# **Arrisque:** esta rede tem cerca de oito vezes os parâmetros da PCA com {{ k_used }} componentes. O erro dela em pessoas novas será menor?
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
# A network of this size can memorise a few hundred photos. This is **overfitting**: the training error falls while the validation error rises. Methods
# that limit it are called **regularisation**. We use **early stopping**, which keeps the weights of the epoch with the smallest validation error. An
# epoch is one pass over the training data.
#
# We train on two splits. In the split by person the validation and test people are new. In the split by photo only the photos are new. For each split
# we train one network with a code of 8 numbers and one with {{ k_used }}.
# %% [markdown] lang="pt-BR"
# Uma rede desse tamanho consegue memorizar algumas centenas de fotos. Isso é **sobreajuste** (*overfitting*): o erro de treino cai enquanto o de
# validação sobe. Os métodos que o limitam chamam-se **regularização**. Usamos a **parada antecipada**, que guarda os pesos da época com o menor erro de
# validação. Uma época é uma passagem pelos dados de treino.
#
# Treinamos com duas divisões. Na divisão por pessoa, as pessoas de validação e de teste são novas. Na divisão por foto, só as fotos são novas. Em cada
# divisão, treinamos uma rede com código de 8 números e outra com {{ k_used }}.
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
# The plot shows the networks with a code of 8 numbers. Solid lines are validation, dashed lines are training. The two training errors fall in a similar
# way. In the split by person the validation error soon stops falling and then rises slowly, a sign of overfitting. In the split by photo it levels off
# lower, but also above the training error.
#
# Now we compute the errors of all models on the test faces, **once**, after all choices.
# %% [markdown] lang="pt-BR"
# O gráfico mostra as redes com código de 8 números. As linhas cheias são de validação; as tracejadas, de treino. Os dois erros de treino caem de modo
# parecido. Na divisão por pessoa, o erro de validação logo para de cair e depois sobe devagar, sinal de sobreajuste. Na divisão por foto, ele se
# estabiliza mais abaixo, mas também acima do erro de treino.
#
# Agora, feitas todas as escolhas, calculamos **uma única vez** os erros de todos os modelos nos rostos de teste.
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
# On the test faces we find:
#
# - **New people.** PCA has the smaller error, with 8 numbers ({{ pca8_person }} against {{ nl8_person }}) and with {{ k_used }} ({{ pca32_person }} against
#   {{ nl32_person }}).
# - **New photos of known people.** With 8 numbers the network has a slightly smaller error ({{ nl8_photo }} against {{ pca8_photo }}). With {{ k_used }}
#   numbers PCA is ahead here too ({{ pca32_photo }} against {{ nl32_photo }}).
# - **The split matters.** With {{ k_used }} numbers, PCA's error is {{ pca32_person }} on new people and {{ pca32_photo }} on new photos of known people. With
#   8 numbers, the better method depends on the split. Always report how the data were split.
# - **Linear network.** On new people its error is slightly larger than PCA's ({{ linear32_person }} against {{ pca32_person }}), and its training takes much
#   longer. If a linear code is enough, use PCA. Exercise 1 asks what causes the difference.
#
# The ranking was the same in all our runs, but it concerns only this network and these data. We tried one architecture, with early stopping as the only
# regularisation. A possible reason for the ranking is the small number of training people, 28 in the split by person. In lesson 02, with 60,000 digits,
# the autoencoder has a smaller error than PCA.
# %% [markdown] lang="pt-BR"
# Nos rostos de teste, observamos:
#
# - **Pessoas novas.** A PCA tem o menor erro, com 8 números ({{ pca8_person }} contra {{ nl8_person }}) e com {{ k_used }} ({{ pca32_person }} contra
#   {{ nl32_person }}).
# - **Fotos novas de pessoas conhecidas.** Com 8 números, o erro da rede é um pouco menor ({{ nl8_photo }} contra {{ pca8_photo }}). Com {{ k_used }} números,
#   a PCA também fica à frente aqui ({{ pca32_photo }} contra {{ nl32_photo }}).
# - **A divisão importa.** Com {{ k_used }} números, o erro da PCA é {{ pca32_person }} em pessoas novas e {{ pca32_photo }} em fotos novas de pessoas conhecidas. Com
#   8 números, o melhor método depende da divisão. Informe sempre como os dados foram divididos.
# - **Rede linear.** Em pessoas novas, seu erro é um pouco maior que o da PCA ({{ linear32_person }} contra {{ pca32_person }}), e o treino demora muito mais.
#   Se um código linear basta, use a PCA. O exercício 1 pergunta o que causa a diferença.
#
# A ordem foi a mesma em todas as nossas execuções, mas só vale para esta rede e estes dados. Testamos uma única arquitetura, com a parada antecipada como
# única regularização. Um motivo possível é o número pequeno de pessoas de treino, 28 na divisão por pessoa. Na aula 02, com 60.000 dígitos, o
# autoencoder tem erro menor que o da PCA.
# %% cover=[0.299, 0.033, 0.856, 0.734] built={"en": "three compressors of faces, with 32 numbers per photo", "pt-BR": "três compressores de rostos, com 32 números por foto"}
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
# Compare the rows column by column. PCA and the linear network lose the same details, such as teeth and wrinkles. Both also draw faint glasses on people who
# wear none; several training people wear glasses.
#
# The non-linear network makes larger mistakes. In this run, the bright face of the fifth column becomes a dark one with glasses, and the glasses of the
# third column almost disappear. A detail of a reconstruction need not exist in the original.
#
# ### Explore PCA and the network
#
# This is the explorer of section 2 with the non-linear autoencoder as the last picture. Its code always has {{ k_used }} numbers. At which $k$ does PCA
# reach the same error? Is there a face on which the network is better than PCA with {{ k_used }} numbers?
# %% [markdown] lang="pt-BR"
# Compare as linhas, coluna por coluna. A PCA e a rede linear perdem os mesmos detalhes, como dentes e rugas. As duas também desenham um contorno tênue de óculos
# em pessoas que não usam; várias pessoas de treino usam.
#
# A rede não linear comete erros maiores. Nesta execução, o rosto claro da quinta coluna vira um rosto escuro de óculos, e os óculos da terceira quase
# desaparecem. Um detalhe da reconstrução pode não existir no original.
#
# ### Explore a PCA e a rede
#
# Este é o explorador da seção 2, com o autoencoder não linear na última figura. O código dele tem sempre {{ k_used }} números. Com que $k$ a PCA chega
# ao mesmo erro? Existe um rosto em que a rede é melhor que a PCA com {{ k_used }} números?
# %%
explore.pca_faces.components(pca, x_val, shape, autoencoder.predict_on_batch(x_val), "non-linear")


# %% [markdown] lang="en"
# ## 5. Undercomplete and overcomplete codes
#
# So far all codes were **undercomplete**: they had fewer numbers than the input. An **overcomplete** code has more numbers than the input. A network with
# such a code can copy every pixel without learning anything about faces.
#
# To see this we cut the photos into patches of 8 × 8 pixels and train linear autoencoders with codes of 8, 64 and 256 numbers. We test them on
# validation patches, and on the same patches with their **pixels shuffled**, all in the same way. A model that relies on the structure of faces should
# fail on shuffled pixels.
# %% [markdown] lang="pt-BR"
# ## 5. Códigos subcompletos e supercompletos
#
# Até aqui todos os códigos foram **subcompletos**: tinham menos números que a entrada. Um código **supercompleto** tem mais números que a entrada. Uma rede com
# um código assim pode copiar cada pixel sem aprender nada sobre rostos.
#
# Para ver isso, cortamos as fotos em retalhos de 8 × 8 pixels e treinamos autoencoders lineares com códigos de 8, 64 e 256 números. Nós os testamos em
# retalhos de validação e nos mesmos retalhos com os **pixels embaralhados**, do mesmo modo em todos. Um modelo que se apoia na estrutura dos rostos
# deve falhar nos pixels embaralhados.
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
    (
        "latent dimension",
        "faces",
        "shuffled pixels",
    ),  # pt: "dimensão latente", "rostos", "pixels embaralhados"
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
# With 8 numbers the model loses {{ under_faces }} of the variance of faces but {{ under_shuffled }} of that of shuffled pixels. It relies on the
# similarity of neighbouring pixels, which shuffling destroys. With 256 numbers it loses almost nothing of faces ({{ over_faces }}) and little of
# shuffled pixels ({{ over_shuffled }}). This model nearly copies its input. **A small error alone does not show that a model has learned structure.**
#
# **Trap:** the row with 64 numbers does not show a limit of the code, because 64 numbers can copy 64 pixels exactly. The errors that remain with 64 and
# 256 numbers come from a training that is too short. Directions of small variance in faces are learned last, and shuffled pixels have much of their
# variance there. Train the model with 64 numbers for four times as many steps and compare.
#
# An overcomplete code needs another constraint: sparsity (lesson 02), noise to be removed (lesson 04), or a prescribed distribution of the codes (lesson 08).
#
# ## 6. The code as features for a classifier
#
# Suppose that we have labels for a few photos. Is a code a good input for a classifier, a model that predicts the class? The task is to recognise the
# eight test people; none of the encoders used here was trained on them. For each person, five photos have a label and five are for testing. We train a
# logistic regression on raw pixels or on a code, and average the accuracy over ten draws of the labelled photos.
#
# **Predict:** a code has only {{ k_used }} numbers instead of {{ pixels }}. How much accuracy will this cost?
# %% [markdown] lang="pt-BR"
# Com 8 números, o modelo perde {{ under_faces }} da variância dos rostos, mas {{ under_shuffled }} da variância dos pixels embaralhados. Ele se apoia
# na semelhança entre pixels vizinhos, que o embaralhamento destrói. Com 256 números, não perde quase nada dos rostos ({{ over_faces }}) e perde pouco
# dos pixels embaralhados ({{ over_shuffled }}). Esse modelo quase copia a entrada. **Um erro pequeno, sozinho, não mostra que o modelo aprendeu alguma
# estrutura.**
#
# **Armadilha:** a linha com 64 números não mostra um limite do código, pois 64 números podem copiar 64 pixels com exatidão. Os erros que restam com 64
# e com 256 números vêm de um treino curto demais. As direções de pouca variância nos rostos são aprendidas por último, e os pixels embaralhados têm
# nelas boa parte da sua variância. Treine o modelo de 64 números com o quádruplo de passos e compare.
#
# Um código supercompleto precisa de outra restrição: esparsidade (aula 02), ruído a remover (aula 04) ou uma distribuição imposta aos códigos (aula 08).
#
# ## 6. O código como atributos de um classificador
#
# Suponha que haja rótulos para poucas fotos. Um código é uma boa entrada para um classificador, um modelo que prevê a classe? A tarefa é reconhecer as
# oito pessoas de teste, que não entraram no treino dos codificadores usados aqui. De cada pessoa, cinco fotos têm rótulo e cinco servem para testar.
# Treinamos uma regressão logística com os pixels ou com um código e tiramos a média da acurácia em dez sorteios das fotos rotuladas.
#
# **Arrisque:** um código tem só {{ k_used }} números, em vez de {{ pixels }}. Quanta acurácia isso vai custar?
# %%
def recognise(features, y, draws=10):
    """Mean accuracy of a logistic regression and seconds per fit; half of each class has labels."""
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
# Raw pixels give an accuracy of {{ acc_pixels }} and the PCA code {{ acc_pca }}, a negligible difference with so few photos. The learned codes are
# below PCA in all our runs. In this run, the linear network gives {{ acc_linear }} and the non-linear one {{ acc_nonlinear }}. The classifier trains
# faster on a code of {{ k_used }} numbers.
#
# The linear code and PCA's code describe nearly the same subspace with different axes. Their accuracies differ by a few photos, and we did not test why.
#
# **Here a code makes the classifier faster but not more accurate, and PCA gives the best of the three codes.** Codes learned without labels are more
# promising where photos are many and labels are few.
# %% [markdown] lang="pt-BR"
# Os pixels dão acurácia de {{ acc_pixels }}, e o código da PCA, {{ acc_pca }}, uma diferença desprezível com tão poucas fotos. Os códigos aprendidos
# ficam abaixo da PCA em todas as nossas execuções. Nesta, a rede linear dá {{ acc_linear }}, e a não linear, {{ acc_nonlinear }}. O classificador
# treina mais depressa com um código de {{ k_used }} números.
#
# O código linear e o da PCA descrevem quase o mesmo subespaço, com eixos diferentes. As acurácias diferem em poucas fotos, e não testamos a causa.
#
# **Aqui o código deixa o classificador mais rápido, mas não aumenta a acurácia, e o melhor dos três códigos é o da PCA.** Códigos aprendidos sem
# rótulos prometem mais quando há muitas fotos e poucos rótulos.
# %% [markdown] lang="en"
# ## Check yourself
#
# Answer first, then open.
#
# **1.** A colleague's PCA reconstructs faces without any error, from 279 numbers each. Which faces were they, probably?
#
# <details><summary>Answer</summary>The 280 training faces. After centring, 280 photos span 279 directions, so with all components every training photo is exact. New faces keep an error, whatever the number of these components.</details>
#
# **2.** The linear autoencoder has PCA's error on the training faces, yet its decoder does not show the eigenfaces. Which of the two is wrong?
#
# <details><summary>Answer</summary>Neither. The error determines only the subspace. Any invertible transformation of the code, undone by the decoder, gives the same error. PCA adds three conditions: orthonormal directions, uncorrelated numbers, sorted by variance.</details>
#
# **3.** A paper reports that its autoencoder "beats PCA on held-out faces". What do you ask first?
#
# <details><summary>Answer</summary>How the faces were held out. In a split by photo the same people are in the training set; in a split by person they are not. In section 4 the split changes PCA's error and, with 8 numbers, even the better method.</details>
#
# **4.** An autoencoder with a code of 256 numbers for 64 pixels reaches an error of almost zero. Why is this not a success?
#
# <details><summary>Answer</summary>A code that is at least as large as the input allows the network to copy the input, so a small error does not show that it learned structure. In section 5 the model with 256 numbers even reconstructs shuffled pixels with a small error. Overcomplete codes need another constraint, such as sparsity or noise.</details>
#
# **5.** A network was trained with early stopping. Is its validation error a good estimate of its error on new faces?
#
# <details><summary>Answer</summary>Not quite, because it is biased. Early stopping chose the epoch with the smallest validation error, so this error is too optimistic. The test faces took no part in any choice.</details>
# %% [markdown] lang="pt-BR"
# ## Teste-se
#
# Responda primeiro, abra depois.
#
# **1.** A PCA de um colega reconstrói rostos sem erro nenhum, a partir de 279 números por rosto. Que rostos eram, provavelmente?
#
# <details><summary>Resposta</summary>Os 280 de treino. Depois de centradas, 280 fotos geram 279 direções; com todos os componentes, cada foto de treino sai exata. Em rostos novos sempre resta um erro, qualquer que seja o número desses componentes.</details>
#
# **2.** O autoencoder linear tem o erro da PCA nos rostos de treino, mas seu decodificador não mostra as autofaces. Qual dos dois está errado?
#
# <details><summary>Resposta</summary>Nenhum. O erro determina só o subespaço. Qualquer transformação invertível do código, desfeita pelo decodificador, dá o mesmo erro. A PCA acrescenta três condições: direções ortonormais, números não correlacionados e ordem de variância.</details>
#
# **3.** Um artigo informa que seu autoencoder "vence a PCA em rostos reservados". O que você pergunta primeiro?
#
# <details><summary>Resposta</summary>Como os rostos foram reservados. Na divisão por foto, as mesmas pessoas estão no treino; na divisão por pessoa, não. Na seção 4, a divisão muda o erro da PCA e, com 8 números, até o melhor método.</details>
#
# **4.** Um autoencoder com um código de 256 números para 64 pixels chega a um erro quase nulo. Por que isso não é um sucesso?
#
# <details><summary>Resposta</summary>Um código pelo menos tão grande quanto a entrada permite que a rede copie a entrada; portanto, o erro pequeno não mostra que ela aprendeu alguma estrutura. Na seção 5, o modelo com 256 números reconstrói com erro pequeno até pixels embaralhados. Códigos supercompletos precisam de outra restrição, como esparsidade ou ruído.</details>
#
# **5.** Uma rede foi treinada com parada antecipada. O erro de validação é uma boa estimativa do erro dela em rostos novos?
#
# <details><summary>Resposta</summary>Não exatamente, pois ele tem viés. A parada antecipada escolheu a época com o menor erro de validação, e por isso esse erro é otimista demais. Os rostos de teste não participaram de nenhuma escolha.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# The cell below each exercise checks your answer at once. If you are stuck, run the hint at its end, for example `check.mirrored.hint()`. Each further call gives a more detailed hint.
#
# ### Exercise 1: the decoder without the encoder
#
# On training faces the linear autoencoder has PCA's error, and on new people a larger one. Does the difference come from the decoder?
#
# Use only the decoder. Compute an orthonormal basis of its `directions`, which have shape `(k, pixels)`, with `np.linalg.qr` of the transpose. Project the centred *validation* photos on this basis and add the
# mean face. Store the result in `x_projected`. If its error is PCA's, the decoder's subspace is as good as PCA's. Then explain: which part of the encoder's weights do the training photos leave undetermined?
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# A célula abaixo de cada exercício verifica a resposta na hora. Se travar, execute a dica que ela traz, por exemplo `check.mirrored.hint()`. A cada nova chamada, a dica fica mais detalhada.
#
# ### Exercício 1: o decodificador sem o codificador
#
# Nos rostos de treino, o autoencoder linear tem o erro da PCA; em pessoas novas, um erro maior. A diferença vem do decodificador?
#
# Use só o decodificador. Calcule uma base ortonormal das suas `directions`, de formato `(k, pixels)`, com `np.linalg.qr` da transposta. Projete as fotos de *validação* centradas nessa base e some o rosto médio.
# Guarde o resultado em `x_projected`. Se o erro for o da PCA, o subespaço do decodificador é tão bom quanto o dela. Depois explique: que parte dos pesos do codificador as fotos de treino deixam indeterminada?
# %% exercise="1" role="answer"
x_projected = None
### BEGIN SOLUTION
basis = np.linalg.qr(directions.T)[0]
x_projected = pca.mean_ + (centred_val @ basis) @ basis.T
# The error is PCA's, so the difference comes from the encoder. In directions in which the
# training photos do not vary, the training error does not depend on the encoder's weights.
# They remain arbitrary there, and photos of new people do vary in those directions.
# pt: O erro é o da PCA; a diferença vem, portanto, do codificador. Nas direções em que as fotos de
# pt: treino não variam, o erro de treino não depende dos pesos do codificador. Eles ficam
# pt: arbitrários ali, e as fotos de pessoas novas variam nessas direções.
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
# ### Exercise 2: PCA with mirrored faces
#
# The mirror image of a face is again a face, so we can double the training set at no cost. This is called data augmentation. Fit a second PCA to the training photos *and* their mirror images. Store in `mirrored_error` its error on the validation faces with `k` components; `pca_rebuild` computes the reconstructions. Does the augmentation help on new people?
# %% [markdown] lang="pt-BR"
# ### Exercício 2: a PCA com rostos espelhados
#
# A imagem espelhada de um rosto também é um rosto. Podemos, portanto, dobrar o conjunto de treino sem custo. Isso se chama aumento de dados (*data augmentation*). Ajuste uma segunda PCA às fotos de treino *e* às espelhadas.
# Guarde em `mirrored_error` o erro dela nos rostos de validação com `k` componentes; `pca_rebuild` calcula as reconstruções. O aumento de dados ajuda em pessoas novas?
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
# ## Summary
#
# - Unsupervised learning finds structure without labels. PCA finds the flat subspace that loses the least variance, without gradient descent.
# - A linear autoencoder with squared error reaches PCA's training error and PCA's subspace, but its axes are arbitrary.
# - With a few hundred faces, PCA had a smaller error on new people than our non-linear network. Report whether you split by person or by photo.
# - A small error means little if the code is large enough to copy the input. A bottleneck or another constraint makes the network learn structure.
# - A code can serve for reconstruction and as features for a classifier. In this lesson PCA's code was the best of the three.
#
# ## Going further
#
# ### The Sequential and the functional API
#
# A `Sequential` model is a list of layers. In the **functional** API we call layers like functions, `y = layer(x)`. A model is then defined by its input and
# its output. For a chain of layers the two are equivalent: equal weights must give equal outputs.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - O aprendizado não supervisionado encontra estrutura sem rótulos. A PCA encontra o subespaço plano que perde menos variância, sem descida do gradiente.
# - Um autoencoder linear com erro quadrático atinge o erro de treino e o subespaço da PCA, mas seus eixos são arbitrários.
# - Com poucas centenas de rostos, a PCA teve um erro menor que o da nossa rede não linear em pessoas novas. Informe se a divisão foi por pessoa ou por foto.
# - Um erro pequeno diz pouco se o código é grande o bastante para copiar a entrada. Um gargalo ou outra restrição faz a rede aprender a estrutura.
# - Um código serve para reconstruir e como atributos de um classificador. Nesta aula, o da PCA foi o melhor dos três.
#
# ## Para ir além
#
# ### As APIs Sequential e funcional
#
# Um modelo `Sequential` é uma lista de camadas. Na API **funcional**, chamamos as camadas como funções, `y = layer(x)`. O modelo fica definido pela entrada e
# pela saída. Para uma cadeia de camadas, as duas são equivalentes: pesos iguais têm de dar saídas iguais.
# %%
def build_sequential(code_size, hidden=128):
    """A chain of layers, as a list."""
    # pt: """Uma cadeia de camadas, em lista."""
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
    """The same chain; each layer is called on the output of the one before."""
    # pt: """A mesma cadeia; cada camada é chamada sobre a saída da anterior."""
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
# The outputs are equal. The functional version also gives us the encoder, as a second `Model` on the same tensors that shares the weights.
#
# ### Two outputs from one code
#
# In a Sequential model each layer has one layer before it and one after it. A functional model is a graph. It can have one encoder and two *heads*, that is, two outputs from the same code. One head reconstructs the photo. The other answers a question: *was the photo turned upside down?* We can make these labels ourselves. Training with such labels is called **self-supervised learning**.
# %% [markdown] lang="pt-BR"
# As saídas são iguais. A versão funcional também nos dá o codificador: um segundo `Model` sobre os mesmos tensores, que compartilha os pesos.
#
# ### Duas saídas a partir de um código
#
# Num modelo Sequential, cada camada tem uma camada antes e uma depois. Um modelo funcional é um grafo. Ele pode ter um codificador e duas *cabeças*, isto é, duas saídas a partir do mesmo código. Uma cabeça reconstrói a foto. A outra responde a uma pergunta: *a foto foi virada de cabeça para baixo?* Esses rótulos nós mesmos podemos criar. Treinar com rótulos assim chama-se **aprendizado autossupervisionado**.
# %%
def build_two_heads(code_size, hidden=128):
    """One encoder; one head reconstructs the photo, the other detects upside-down photos."""
    # pt: """Um codificador; uma cabeça reconstrói a foto, a outra detecta fotos de ponta-cabeça."""
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
# The column *Connected to* shows the two branches: `code` is the input of both `unfold` and `turned`. Two outputs need two losses, and weights that combine them. The squared error of faces is about a hundredth, while the cross-entropy of guessing is $\ln 2$. So we give the reconstruction a larger weight.
# %% [markdown] lang="pt-BR"
# A coluna *Connected to* mostra as duas ramificações: `code` é a entrada de `unfold` e de `turned`. Duas saídas precisam de duas funções de custo, e de pesos para combiná-las. O erro quadrático dos rostos é de cerca de um centésimo, e a entropia cruzada de um palpite ao acaso é $\ln 2$. Por isso damos à reconstrução um peso maior.
# %%
def with_turned(x):
    """The photos and upside-down copies of them, with their labels."""
    # pt: """As fotos e suas cópias de ponta-cabeça, com os rótulos."""
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
# The second head is right for {{ head_accuracy }} of the photos of new people, upright and upside down. The first head uses the same {{ k_used }} numbers and has a squared error of {{ head_mse }} on these photos. Lesson 07 uses such a
# network for sequences: one head reconstructs the past, the other predicts the future.
# %% [markdown] lang="pt-BR"
# A segunda cabeça acerta em {{ head_accuracy }} das fotos de pessoas novas, de pé e de ponta-cabeça. A primeira usa os mesmos {{ k_used }} números e tem erro quadrático de {{ head_mse }} nessas fotos. A aula 07 usa uma rede assim em sequências:
# uma cabeça reconstrói o passado, a outra prevê o futuro.
# %% [markdown] lang="en"
# ### Exercise 3: a third head
#
# Build with the functional API a model `three_heads` with one code of `k` numbers and three outputs named `x_hat`, `turned` and `light`. The last one uses a single sigmoid unit to predict from which side the light comes. You only have to build
# the model, not to train it.
# %% [markdown] lang="pt-BR"
# ### Exercício 3: uma terceira cabeça
#
# Monte com a API funcional um modelo `three_heads` com um código de `k` números e três saídas, de nomes `x_hat`, `turned` e `light`. A última prevê, com uma única unidade sigmoide, de que lado vem a luz. Basta montar o modelo; não é
# preciso treiná-lo.
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
# ### Saving the encoder and the decoder
#
# The encoder and the decoder are two models, so we save each in its own file, in Keras's `.keras` format. When we load them, `safe_mode=True` refuses files that would execute code. A small function loads a pair and computes its error.
# %% [markdown] lang="pt-BR"
# ### Salvar o codificador e o decodificador
#
# O codificador e o decodificador são dois modelos; por isso salvamos cada um num arquivo próprio, no formato `.keras` do Keras. Ao carregar, `safe_mode=True` recusa arquivos que executariam código. Uma pequena função carrega um par e calcula o erro.
# %%
work = settings.run_folder()
print(settings.relative(work))
np.savez(work / "mean_face.npz", mean=pca.mean_)
linear_encoder.save(work / "linear_encoder.keras")
linear_decoder.save(work / "linear_decoder.keras")
encoder.save(work / "encoder.keras")
decoder.save(work / "decoder.keras")


def load_and_evaluate(folder, prefix, x, offset=0.0):
    """Squared error on `x` of a saved pair; `offset` is subtracted before and added back after."""
    # pt: """Erro quadrático em `x` de um par salvo; `offset` é subtraído antes e somado depois."""
    first = keras.models.load_model(folder / f"{prefix}encoder.keras", safe_mode=True)
    second = keras.models.load_model(folder / f"{prefix}decoder.keras", safe_mode=True)
    return mse(x, offset + second.predict_on_batch(first.predict_on_batch(x - offset)))


# %% tags=["nbval-check-output"]
with np.load(work / "mean_face.npz") as file:
    mean_face = file["mean"]
print(load_and_evaluate(work, "linear_", x_val, mean_face) == mse(x_val, linear_rebuild(x_val)))
print(load_and_evaluate(work, "", x_val) == mse(x_val, autoencoder.predict_on_batch(x_val)))
# %% [markdown] lang="en"
# Both lines say *True*: the loaded models have exactly the error of the models in memory. The linear pair also needs the mean face. All preprocessing of the data belongs to the model, so save it with the model.
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
# PCA, eigenfaces and the functional API are topics of the slides "AutoEncoder" of the Advanced Institute for Artificial Intelligence, which this lesson follows.
#
# Next: lesson 02, sixty thousand digits. Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# As duas linhas dizem *True*: os modelos carregados têm exatamente o erro dos modelos em memória. O par linear também precisa do rosto médio. Todo pré-processamento dos dados faz parte do modelo; salve-o junto.
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
# PCA, autofaces e API funcional são temas dos slides "AutoEncoder" do Advanced Institute for Artificial Intelligence, que esta aula segue.
#
# A seguir: a aula 02, com sessenta mil dígitos. Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
