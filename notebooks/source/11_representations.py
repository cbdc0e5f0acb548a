# %% [markdown] lang="en"
# # Representations: what a code is good for
#
# [Open in Colab]({{ colab }}) · Lesson 11 · reading: {{ reading_minutes }} min · running: {{ minutes.class }} min
# (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# You have thousands of images, but time to label only ten of them. **Can a network learn from the images without
# labels, so that ten labels are enough?** Such a network provides a **representation**: a code in which the
# classes are easier to separate than in the pixels. This lesson trains three autoencoders and measures what
# their codes are worth. Then it uses a fourth kind to look inside a classifier.
#
# **After this lesson you can**
#
# - compare representations by their accuracy with few labels, and say when pretraining is worth it;
# - build a masked autoencoder with a small transformer, and write attention out yourself;
# - find similar images by their codes, and measure how good the search is;
# - recover superposed features with a sparse autoencoder, and find its dead units;
# - test what a unit of a network responds to and what it causes, and say what this does not show.
#
# **Prerequisites:** lesson 02 (latent code, L1 penalty), lesson 04 (denoising, convolutions), lesson 08 (a Keras model
# with its own loss).
# %% [markdown] lang="pt-BR"
# # Representações: para que serve um código
#
# [Abrir no Colab]({{ colab }}) · Aula 11 · leitura: {{ reading_minutes }} min · execução: {{ minutes.class }} min
# (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# Você tem milhares de imagens, mas só tem tempo de rotular dez. **Uma rede pode aprender com as imagens sem rótulo,
# de modo que dez rótulos bastem?** Uma rede assim fornece uma **representação**: um código em que as classes são mais
# fáceis de separar do que nos pixels. Nesta aula treinamos três autoencoders e medimos quanto valem seus códigos.
# Depois usamos um quarto tipo para olhar dentro de um classificador.
#
# **Ao final desta aula você saberá**
#
# - comparar representações pela acurácia com poucos rótulos e dizer quando o pré-treino compensa;
# - montar um autoencoder mascarado com um pequeno transformer e escrever a atenção por conta própria;
# - encontrar imagens parecidas pelos códigos e medir a qualidade dessa busca;
# - recuperar atributos sobrepostos com um autoencoder esparso e achar suas unidades mortas;
# - testar a que uma unidade de uma rede responde e o que ela causa, e dizer o que isso não mostra.
#
# **Pré-requisitos:** aula 02 (código latente, penalidade L1), aula 04 (remoção de ruído, convoluções), aula 08 (um
# modelo Keras com custo próprio).
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("11_representations")
# %% [markdown] lang="en"
# If every row of the table says *ok*, continue. Otherwise follow the advice in the last column.
# %% [markdown] lang="pt-BR"
# Se todas as linhas da tabela disserem *ok*, continue. Se não, siga a orientação da última coluna.
# %%
import sys

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers, ops
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors
from tqdm.keras import TqdmCallback

from utils import claims, data, explore, plot, settings, text
from utils.progress import tqdm

# %% [markdown] lang="en"
# ## 1. Ten labels
#
# We use MNIST, and act as if almost all labels were missing. It is a fair test for a learned code. Digits of one class
# differ in slant, width and position, so their pixels overlap little, and unlabelled digits are plentiful. But it is
# also a set on which a small network with labels and augmentation is very good, so the baseline is strong.
# %% [markdown] lang="pt-BR"
# ## 1. Dez rótulos
#
# Usamos o MNIST e fazemos de conta que faltam quase todos os rótulos. É um teste justo para um código aprendido.
# Dígitos da mesma classe diferem na inclinação, na largura e na posição; por isso seus pixels coincidem pouco, e há
# muitos dígitos sem rótulo. Mas é também um conjunto em que uma rede pequena, com rótulos e aumento de dados, vai muito
# bem; a linha de base é forte.
# %%
mnist = data.mnist.load()
print(mnist.provenance)
flat, flat_test = (images.reshape(len(images), -1) for images in (mnist.x_train, mnist.x_test))
mean, sd = flat.mean(), flat.std()
n_test = settings.pick(quick=300, class_=4000, full=10_000)
x_train, x_test = (flat - mean) / sd, (flat_test[:n_test] - mean) / sd
y_train, y_test = mnist.y_train, mnist.y_test[:n_test]
source, digits = mnist.source, mnist.class_names
del mnist, flat, flat_test  # frees memory  # pt: libera memória
print(f"x_train {x_train.shape}, x_test {x_test.shape}")


def pictures(x):
    """Standardised pixels, shape (n, 784), as images with values between 0 and 1."""
    # pt: """Pixels padronizados, de formato (n, 784), como imagens com valores entre 0 e 1."""
    return (np.asarray(x) * sd + mean).clip(0, 1).reshape(-1, 28, 28)


# %%
LABELS = settings.pick(quick=(10, 100), class_=(10, 30, 100, 300, 1000), full=(10, 30, 100, 300, 1000))
DRAWS = settings.pick(quick=2, class_=5, full=5)
x_pool, y_pool = (
    part[: settings.pick(quick=1400, class_=10_000, full=10_000)] for part in (x_train, y_train)
)


def draw(n, k):
    """Draw number `k` of `n` labelled images of the pool, equally many of each class: their rows."""
    # pt: """Sorteio número `k` de `n` imagens rotuladas do acervo, o mesmo número por classe: suas linhas."""
    rng = np.random.default_rng([settings.seed(), n, k])
    members = (np.flatnonzero(y_pool == label) for label in range(10))
    return np.concatenate([rng.choice(rows, n // 10, replace=False) for rows in members])


plot.image_rows(
    {
        "labelled": pictures(x_pool[draw(10, 0)]),  # pt: "rotuladas"
        "without labels": pictures(x_train[:10]),  # pt: "sem rótulo"
        "to classify": pictures(x_test[:10]),  # pt: "a classificar"
    },
    alt="Three rows of ten digits: one labelled digit of each class from 0 to 9, ten without labels, ten test digits.",
    # pt: "Três linhas de dez dígitos: um dígito rotulado de cada classe, de 0 a 9, dez sem rótulo, dez de teste."
)


# %% [markdown] lang="en"
# The first row is everything the classifier learns from. **Predict:** what accuracy do you expect from these ten
# labels, if the classifier sees pixels?
#
# We evaluate every representation in the same way, by a **linear probe**: a logistic regression on the codes of the
# labelled images, with the same regularisation for all. The encoder stays **frozen**, that is, its weights do not
# change. We draw the labelled images five times and report mean and standard deviation, because with ten labels the
# luck of the draw counts for a lot. The first two representations are the pixels and 64 principal components.
# %% [markdown] lang="pt-BR"
# A primeira linha é tudo com que o classificador aprende. **Antes de executar, arrisque:** que acurácia você espera com esses
# dez rótulos, se o classificador vê os pixels?
#
# Avaliamos todas as representações do mesmo modo, com uma **sonda linear**: uma regressão logística sobre os códigos
# das imagens rotuladas, com a mesma regularização para todas. O codificador fica **congelado**, isto é, seus pesos
# não mudam. Sorteamos as imagens rotuladas cinco vezes e informamos média e desvio padrão, pois com dez rótulos a
# sorte do sorteio pesa muito. As duas primeiras representações são os pixels e 64 componentes principais.
# %%
def probe(z, z_test):
    """Test accuracy of a logistic regression on codes: a row for each number of labels, a column for each draw."""
    # pt: """Acurácia de teste de uma regressão logística sobre códigos: uma linha por número de rótulos, uma coluna por sorteio."""
    scale = np.sqrt(z.var(axis=0).sum())
    scores = np.zeros((len(LABELS), DRAWS))
    for i, n in enumerate(LABELS):
        for k in range(DRAWS):
            rows = draw(n, k)
            model = LogisticRegression(C=10, max_iter=1000).fit(z[rows] / scale, y_pool[rows])
            scores[i, k] = model.score(z_test / scale, y_test)
    return scores


pca = PCA(64, random_state=0).fit(x_pool)
codes = {"pixels": (x_pool, x_test), "PCA": (pca.transform(x_pool), pca.transform(x_test))}
frozen = {name: probe(*pair) for name, pair in codes.items()}


# %%
def show_accuracy(scores, caption):
    """A table of the accuracies: mean ± standard deviation over the draws."""
    # pt: """Uma tabela das acurácias: média ± desvio padrão entre os sorteios."""
    rows = []
    for name, table in scores.items():
        means, sds = table.mean(axis=1), table.std(axis=1, ddof=1)
        cells = (f"{text.number(m, '.1%')} ± {text.number(s, '.1%')}" for m, s in zip(means, sds))
        rows.append((names[name], *cells))
    text.table(("representation", *map(str, LABELS)), rows, caption)  # pt: "representação"


names = {"pixels": "pixels", "PCA": "PCA", "plain": "plain autoencoder"}
names |= {"denoising": "denoising autoencoder"}  # pt: "autoencoder de remoção de ruído"
names |= {"masked": "masked autoencoder", "scratch": "network from scratch"}
# pt: "autoencoder mascarado", "rede treinada do zero"
show_accuracy(frozen, "Test accuracy by number of labels")  # pt: "Acurácia de teste por número de rótulos"


# %% [markdown] lang="en"
# PCA keeps distances between images almost as they are, so it changes little. To do better, a code must bring
# together images that differ in their pixels.
#
# ## 2. A plain and a denoising autoencoder
#
# Both have the convolutional encoder of lesson 04 in a small version, a code of 64 numbers and a dense decoder. They
# differ in one line. The **denoising autoencoder** (Vincent et al., 2008) sees a damaged input and must reconstruct
# the intact image. Our damage is **masking noise**: three quarters of the pixels, chosen anew in every step, are
# replaced by the mean. To fill them in, the network must know how neighbouring strokes continue.
# %% [markdown] lang="pt-BR"
# A PCA mantém quase iguais as distâncias entre as imagens; por isso muda pouco. Para ir além, um código precisa
# aproximar imagens que diferem nos pixels.
#
# ## 2. Um autoencoder comum e um de remoção de ruído
#
# Os dois têm uma versão pequena do codificador convolucional da aula 04, um código de 64 números e um decodificador
# denso. Diferem em uma linha. O **autoencoder de remoção de ruído** (Vincent et al., 2008) recebe uma entrada
# danificada e precisa reconstruir a imagem intacta. Nosso dano é o **ruído de mascaramento**: três quartos dos
# pixels, sorteados de novo a cada passo, são substituídos pela média. Para preenchê-los, a rede precisa saber como os
# traços vizinhos continuam.
# %%
class MaskingNoise(layers.Layer):
    """In training, replaces a random share `rate` of the pixels by the mean, which is 0."""

    # pt: """No treino, substitui uma fração aleatória `rate` dos pixels pela média, que é 0."""

    def __init__(self, rate, seed=7):
        super().__init__()
        self.rate = rate
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        if not training:
            return x
        return x * ops.cast(keras.random.uniform(ops.shape(x), seed=self.generator) >= self.rate, x.dtype)


def build_encoder():
    """Encoder from 784 pixels to a code of 64 numbers."""
    # pt: """Codificador de 784 pixels para um código de 64 números."""
    encoder = keras.Sequential([keras.Input((784,)), layers.Reshape((28, 28, 1))])
    for filters in (16, 32):
        encoder.add(layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu"))
    encoder.add(layers.Flatten())
    encoder.add(layers.Dense(64))
    return encoder


# %%
# The small sample has few steps, and compiling would take longer than the training.
# pt: A amostra pequena tem poucos passos, e compilar demoraria mais que o treino.
XLA = settings.pick(quick=False, class_="auto", full="auto")
BATCH = 64


def train(model, x, epochs, loss=None, peak=2e-3):
    """Train `model` to reconstruct `x`, with the learning-rate schedule of lesson 02; return the history."""
    # pt: """Treina `model` para reconstruir `x`, com o cronograma da taxa de aprendizado da aula 02; devolve o histórico."""
    x = x[: len(x) // BATCH * BATCH]
    steps = epochs * (len(x) // BATCH)
    warmup = max(1, steps // 10)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - warmup, warmup_target=peak, warmup_steps=warmup
    )
    adam = keras.optimizers.Adam(rate)
    model.compile(adam, loss, jit_compile=XLA, steps_per_execution=20)
    bar = TqdmCallback(epochs, verbose=0, tqdm_class=tqdm, file=sys.stdout)
    return model.fit(x, x, batch_size=BATCH, epochs=epochs, verbose=0, callbacks=[bar])


def encode(encoder, x):
    """Codes of the images `x`, computed in batches."""
    # pt: """Códigos das imagens `x`, calculados em lotes."""
    return encoder.predict(x, batch_size=1000, verbose=0)


# %%
encoders = {}
for name, rate in (("plain", 0.0), ("denoising", 0.75)):
    keras.utils.set_random_seed(settings.seed())
    encoders[name] = build_encoder()
    decoder = [layers.Dense(256, "relu"), layers.Dense(784)]
    noise = MaskingNoise(rate, settings.seed())
    autoencoder = keras.Sequential([keras.Input((784,)), noise, encoders[name], *decoder])
    train(autoencoder, x_train, settings.pick(quick=4, class_=3, full=20), "mse")
    codes[name] = encode(encoders[name], x_pool), encode(encoders[name], x_test)
    frozen[name] = probe(*codes[name])
show_accuracy(frozen, "Test accuracy by number of labels")  # pt: "Acurácia de teste por número de rótulos"


# %% [markdown] lang="en"
# ## 3. A masked autoencoder
#
# A **masked autoencoder** (He et al., 2022) hides whole patches instead of pixels. We cut each image into 16
# **patches** of 7 × 7 pixels and hide 12 of them, chosen at random. The encoder receives **only the four visible
# patches**. The decoder gets their codes, a learned *mask token* in place of each hidden patch, and must
# reconstruct the hidden patches.
#
# From a stroke that is cut off at the border of a patch, one cannot see where it goes on. The network must use the
# shape of the whole digit. A second advantage is speed, because the encoder processes a quarter of the image.
#
# The encoder must accept any set of patches, so it is a small **transformer**. Each patch becomes a **token**, a
# vector of 64 numbers, to which a learned vector for its position is added. The tokens then exchange information by
# **attention**. Each token $i$ has a query $q_i$, a key $k_i$ and a value $v_i$, three linear functions of it. Token
# $i$ takes a weighted mean of all values:
#
# $$\text{out}_i = \sum_j a_{ij}\, v_j, \qquad a_{ij} = \frac{e^{q_i \cdot k_j / \sqrt d}}{\sum_m e^{q_i \cdot k_m / \sqrt d}} .$$
#
# The weights $a_{ij}$ are positive and sum to 1. Here $d$ is the length of a key; without $\sqrt d$, long keys would
# make the softmax extreme. One such computation is a **head**. We write one head out and compare it with Keras.
# %% [markdown] lang="pt-BR"
# ## 3. Um autoencoder mascarado
#
# Um **autoencoder mascarado** (*masked autoencoder*; He et al., 2022) esconde retalhos inteiros em vez de pixels.
# Cortamos cada imagem em 16 **retalhos** (*patches*) de 7 × 7 pixels e escondemos 12 deles, sorteados. O codificador
# recebe **apenas os quatro retalhos visíveis**. O decodificador recebe os códigos deles, põe um *token de máscara*
# aprendido no lugar de cada retalho escondido e precisa reconstruir os escondidos.
#
# Em um traço cortado na borda de um retalho não se vê por onde ele continua. A rede precisa usar a forma do dígito
# inteiro. Outra vantagem é a velocidade: o codificador processa um quarto da imagem.
#
# O codificador precisa aceitar qualquer conjunto de retalhos; por isso é um pequeno **transformer**. Cada retalho
# vira um **token**, um vetor de 64 números, ao qual se soma um vetor aprendido para a posição. Os tokens então trocam
# informação pela **atenção**. Cada token $i$ tem uma consulta (*query*) $q_i$, uma chave (*key*) $k_i$ e um valor
# (*value*) $v_i$, três funções lineares dele. O token $i$ recebe uma média ponderada de todos os valores:
#
# $$\text{saída}_i = \sum_j a_{ij}\, v_j, \qquad a_{ij} = \frac{e^{q_i \cdot k_j / \sqrt d}}{\sum_m e^{q_i \cdot k_m / \sqrt d}} .$$
#
# Os pesos $a_{ij}$ são positivos e somam 1. Aqui $d$ é o comprimento de uma chave; sem $\sqrt d$, chaves longas
# levariam o softmax ao extremo. Um cálculo desses é uma **cabeça** (*head*). Escrevemos uma cabeça e a comparamos
# com o Keras.
# %%
def one_head(tokens, weights):
    """Attention with one head; tokens (n, dim), weights as `get_weights` of Keras's layer gives them."""
    # pt: """Atenção com uma cabeça; tokens (n, dim), pesos como os de `get_weights` da camada do Keras."""
    w_query, b_query, w_key, b_key, w_value, b_value, w_out, b_out = (np.squeeze(w) for w in weights)
    query, key, value = tokens @ w_query + b_query, tokens @ w_key + b_key, tokens @ w_value + b_value
    scores = query @ key.T / np.sqrt(query.shape[-1])
    a = np.exp(scores - scores.max(axis=-1, keepdims=True))  # subtracting avoids overflow
    # pt: subtrair evita estouro
    a /= a.sum(axis=-1, keepdims=True)
    return a @ value @ w_out + b_out


tokens = np.random.default_rng(0).standard_normal((5, 8)).astype("float32")
layer = layers.MultiHeadAttention(num_heads=1, key_dim=6)
from_keras = np.asarray(layer(tokens[None], tokens[None]))[0]
attention_gap = np.abs(one_head(tokens, layer.get_weights()) - from_keras).max()
print(f"largest difference: {attention_gap:.0e}")  # pt: f"maior diferença: {attention_gap:.0e}"
# %% [markdown] lang="en"
# Apart from rounding, both agree. A layer with four heads runs four such computations on shorter keys and adds their
# outputs. A transformer **block** is attention followed by a small dense network for each token. Both are added to
# their input, and a normalisation before each keeps the values in range.
# %% [markdown] lang="pt-BR"
# A não ser pelo arredondamento, os dois concordam. Uma camada com quatro cabeças faz quatro cálculos desses com chaves
# mais curtas e soma as saídas. Um **bloco** de transformer é a atenção seguida de uma pequena rede densa aplicada a
# cada token. As duas partes são somadas à sua entrada, e uma normalização antes de cada uma mantém os valores em
# escala.
# %%
TOKENS, DIM = 16, 64


def block(dim, heads=4):
    """A transformer block for any number of tokens of `dim` numbers."""
    # pt: """Um bloco de transformer para qualquer quantidade de tokens de `dim` números."""
    tokens = keras.Input((None, dim))
    normal = layers.LayerNormalization()(tokens)
    mixed = tokens + layers.MultiHeadAttention(heads, dim // heads)(normal, normal)
    normal = layers.LayerNormalization()(mixed)
    hidden = layers.Dense(2 * dim, "relu")(normal)
    return keras.Model(tokens, mixed + layers.Dense(dim)(hidden))


def build_patches():
    """From 784 pixels to 16 patches of 49 pixels, row by row."""
    # pt: """De 784 pixels a 16 retalhos de 49 pixels, linha por linha."""
    cut = [layers.Reshape((4, 7, 4, 7)), layers.Permute((1, 3, 2, 4)), layers.Reshape((TOKENS, 49))]
    return keras.Sequential([keras.Input((784,)), *cut])


# %%
class PatchEncoder(keras.Model):
    """Tokens (n, patches, DIM) from patches (n, patches, 49) and their positions, by default all."""

    # pt: """Tokens (n, retalhos, DIM) a partir de retalhos (n, retalhos, 49) e suas posições; por padrão, todas."""

    def __init__(self, depth=2):
        super().__init__()
        self.embed, self.place = layers.Dense(DIM), layers.Embedding(TOKENS, DIM)
        self.blocks = [block(DIM) for _ in range(depth)]
        self.norm = layers.LayerNormalization()

    def call(self, patches, positions=None):
        tokens = self.embed(patches) + self.place(ops.arange(TOKENS) if positions is None else positions)
        for one in self.blocks:
            tokens = one(tokens)
        return self.norm(tokens)


# %% [markdown] lang="en"
# To choose patches we draw an `order`, a random permutation of the 16 positions for each image. The first four are
# visible. `argsort` of the permutation is its inverse, which returns the tokens to their places for the decoder. The
# loss counts **hidden patches only**.
# %% [markdown] lang="pt-BR"
# Para escolher os retalhos, sorteamos `order`, uma permutação das 16 posições para cada imagem. As quatro primeiras
# são visíveis. O `argsort` da permutação é a inversa dela e devolve os tokens a seus lugares para o decodificador. O
# custo conta **apenas os retalhos escondidos**.
# %%
def random_order(n, generator):
    """A random permutation of the positions for each of `n` images, shape (n, TOKENS)."""
    # pt: """Uma permutação aleatória das posições para cada uma de `n` imagens, de formato (n, TOKENS)."""
    return ops.argsort(keras.random.uniform((n, TOKENS), seed=generator), axis=1)


def hidden_loss(patches, x_hat, order, visible):
    """Mean squared error over the hidden patches: all but the first `visible` of `order`."""
    # pt: """Erro quadrático médio sobre os retalhos escondidos: todos menos os `visible` primeiros de `order`."""
    hidden = ops.cast(ops.argsort(order, axis=1) >= visible, "float32")
    error = ops.mean(ops.square(x_hat - patches), axis=-1)
    return ops.sum(hidden * error) / ops.sum(hidden)


# %%
class MaskedAutoencoder(keras.Model):
    """Reconstructs hidden patches; the encoder sees the visible ones only."""

    # pt: """Reconstrói retalhos escondidos; o codificador só vê os visíveis."""

    def __init__(self, ratio=0.75, seed=7):
        super().__init__()
        self.visible, self.generator = round(TOKENS * (1 - ratio)), keras.random.SeedGenerator(seed)
        self.patches, self.encoder = build_patches(), PatchEncoder()
        self.mask = self.add_weight(shape=(DIM,), initializer="zeros", name="mask")
        self.place, parts = layers.Embedding(TOKENS, DIM), [layers.Dense(48), block(48)]
        self.decoder = keras.Sequential([*parts, layers.LayerNormalization(), layers.Dense(49)])

    def reconstruct(self, patches, order):
        seen = order[:, : self.visible]
        tokens = self.encoder(ops.take_along_axis(patches, seen[:, :, None], axis=1), seen)
        blank = ops.zeros_like(order[:, self.visible :, None], dtype=tokens.dtype) + self.mask
        back = ops.argsort(order, axis=1)[:, :, None]
        tokens = ops.take_along_axis(ops.concatenate([tokens, blank], axis=1), back, axis=1)
        return self.decoder(tokens + self.place(ops.arange(TOKENS)))

    def call(self, x):
        patches, order = self.patches(x), random_order(ops.shape(x)[0], self.generator)
        x_hat = self.reconstruct(patches, order)
        self.add_loss(hidden_loss(patches, x_hat, order, self.visible))
        return x_hat


# %%
def train_masked(ratio, epochs):
    """A masked autoencoder, trained, and its loss after the last epoch."""
    # pt: """Um autoencoder mascarado, treinado, e seu custo depois da última época."""
    keras.utils.set_random_seed(settings.seed())
    model = MaskedAutoencoder(ratio, settings.seed())
    model(x_train[:2])
    return model, train(model, x_train, epochs, peak=3e-3).history["loss"][-1]


masked, masked_loss = train_masked(0.75, settings.pick(quick=4, class_=6, full=40))
mean_loss = (x_train**2).mean()  # of answering with the mean  # pt: de responder com a média
print(f"{text.number(masked_loss, '.3f')}; {text.number(mean_loss, '.3f')}")
# %%
rng = np.random.default_rng(settings.seed())
order = np.argsort(rng.random((10, TOKENS)), axis=1)
patches = np.asarray(masked.patches(x_test[:10]))
shown = np.full_like(patches, 0.5)
rebuilt = np.asarray(masked.reconstruct(patches, order)).copy()
for one, visible in enumerate(order[:, : masked.visible]):
    shown[one, visible] = rebuilt[one, visible] = patches[one, visible]


def join(patches):
    """Images (n, 28, 28) from patches (n, 16, 49)."""
    # pt: """Imagens (n, 28, 28) a partir de retalhos (n, 16, 49)."""
    return pictures(np.reshape(patches, (-1, 4, 4, 7, 7)).swapaxes(2, 3).reshape(-1, 784))


plot.image_rows(
    {"visible": join(shown), "reconstruction": join(rebuilt), "original": pictures(x_test[:10])},
    # pt: "visível", "reconstrução"
    alt="Ten test digits: four visible patches of each; reconstructions, mostly plausible digits, some of them other digits; originals.",
    # pt: "Dez dígitos de teste: quatro retalhos visíveis de cada um; reconstruções, quase sempre dígitos plausíveis, alguns deles outros dígitos; originais."
)


# %% [markdown] lang="en"
# The loss is {{ masked_loss }}. Answering every hidden pixel with the mean would give the second printed value. The hidden
# patches are blurred where several continuations are possible, and sometimes the network draws another digit. That is
# no failure, because four patches often fit several digits.
#
# For a code we discard the decoder, give the encoder **all** 16 patches and average its 16 tokens. The code has 64
# numbers, like the others.
# %% [markdown] lang="pt-BR"
# O custo é {{ masked_loss }}. Responder a todo pixel escondido com a média daria o segundo valor exibido. Os retalhos
# escondidos ficam borrados onde há várias continuações possíveis, e às vezes a rede desenha outro dígito. Isso não é
# uma falha, pois quatro retalhos muitas vezes combinam com vários dígitos.
#
# Para obter um código, descartamos o decodificador, damos ao codificador **todos** os 16 retalhos e tiramos a média
# dos 16 tokens. O código tem 64 números, como os outros.
# %%
def code_of(masked):
    """The encoder of a masked autoencoder, from 784 pixels to the mean of its 16 tokens."""
    # pt: """O codificador de um autoencoder mascarado, de 784 pixels à média dos 16 tokens."""
    parts = [masked.patches, masked.encoder, layers.GlobalAveragePooling1D()]
    return keras.Sequential([keras.Input((784,)), *parts])


encoders["masked"] = code_of(masked)
codes["masked"] = encode(encoders["masked"], x_pool), encode(encoders["masked"], x_test)
frozen["masked"] = probe(*codes["masked"])


# %% [markdown] lang="en"
# ## 4. Few labels: frozen, fine-tuned, or from scratch
#
# A frozen encoder is one option. **Fine-tuning** is another: put a classification layer on the encoder and train all
# weights on the labelled images. The baseline is a **network from scratch**, the convolutional encoder with random
# initial weights.
#
# All networks get **augmentation**: each training image is rotated, sheared, scaled and moved at random. Augmentation
# is also knowledge, since we choose which changes do not alter the digit. Every network sees the same augmented images,
# for the same number of steps.
# %% [markdown] lang="pt-BR"
# ## 4. Poucos rótulos: congelado, ajustado ou do zero
#
# Congelar o codificador é uma opção. Outra é o **ajuste fino** (*fine-tuning*): pôr uma camada de classificação sobre o
# codificador e treinar todos os pesos com as imagens rotuladas. A linha de base é uma **rede treinada do zero**, o
# codificador convolucional com pesos iniciais aleatórios.
#
# Todas as redes usam **aumento de dados** (*augmentation*): cada imagem de treino é girada, inclinada, redimensionada e
# deslocada ao acaso. O aumento de dados também é conhecimento, pois dizemos à rede quais mudanças não alteram o dígito.
# Todas as redes veem as mesmas imagens aumentadas, pelo mesmo número de passos.
# %%
def augment(x, rng):
    """Each image with a random rotation, shear, scaling and shift; shape (n, 784)."""
    # pt: """Cada imagem com rotação, inclinação, escala e deslocamento aleatórios; formato (n, 784)."""
    linear = np.eye(2) + rng.uniform(-0.2, 0.2, (len(x), 2, 2))
    shift = rng.uniform(-2, 2, (len(x), 2, 1))
    grid = np.mgrid[-13.5:14, -13.5:14].reshape(2, 784)
    places = (linear @ grid + shift + 13.5).round().astype(int).clip(0, 27)
    return np.take_along_axis(x, 28 * places[:, 0] + places[:, 1], axis=1)


def with_classes(encoder):
    """A classifier on `encoder`, and its initial weights."""
    # pt: """Um classificador sobre `encoder` e seus pesos iniciais."""
    model = keras.Sequential([keras.Input((784,)), encoder, layers.Dense(10, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", jit_compile=XLA, steps_per_execution=20)
    model.optimizer.build(model.trainable_variables)
    return model, model.get_weights()


def fine_tune(model, initial, x, y):
    """Test accuracy after training all weights from `initial` on one pass over `x`."""
    # pt: """Acurácia de teste após treinar todos os pesos a partir de `initial` em uma passagem por `x`."""
    model.set_weights(initial)
    for variable in model.optimizer.variables:  # Adam forgets the previous training
        # pt: o Adam esquece o treino anterior
        variable.assign(ops.zeros_like(variable))
    model.optimizer.learning_rate = 1e-3
    model.fit(x, y, batch_size=32, shuffle=False, verbose=0)
    return (encode(model, x_test).argmax(axis=1) == y_test).mean()


# %%
keras.utils.set_random_seed(settings.seed())
networks = {name: with_classes(encoder) for name, encoder in encoders.items()}
networks["scratch"] = with_classes(build_encoder())
tuned = {name: np.zeros((len(LABELS), DRAWS)) for name in networks}
least = settings.pick(quick=20, class_=100, full=300)
for i, n in enumerate(tqdm(LABELS, file=sys.stdout)):
    for k in range(DRAWS):
        rng = np.random.default_rng([settings.seed(), n, k, 1])
        rows = rng.choice(draw(n, k), 32 * max(least, n // 4))
        x, y = augment(x_pool[rows], rng), y_pool[rows]
        for name, network in networks.items():
            tuned[name][i, k] = fine_tune(*network, x, y)
for model, initial in networks.values():
    model.set_weights(initial)  # the encoders as they were after pretraining
    # pt: os codificadores como estavam após o pré-treino
# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(14, 5), sharey=True)
styles = dict(zip(names, zip(plot.LINE_COLOURS, plot.CLASS_MARKERS)))
for ax, scores in ((left, frozen), (right, tuned)):
    for name, table in scores.items():
        colour, marker = styles[name]
        middle, spread = table.mean(axis=1), table.std(axis=1, ddof=1)
        ax.errorbar(LABELS, middle, spread, color=colour, marker=marker, capsize=3, label=names[name])
    ax.set(xscale="log", xlabel="labelled images")  # pt: "imagens rotuladas"
    ax.set_xticks(LABELS, [text.number(n, ",d") for n in LABELS])
    ax.minorticks_off()
    ax.legend(frameon=False)
left.set(ylabel="test accuracy", title="frozen code, linear probe")
# pt: "acurácia de teste", "código congelado, sonda linear"
right.set(title="all weights trained, augmentation")  # pt: "todos os pesos treinados, com aumento de dados"
plot.show(
    fig,
    alt="Accuracy against the number of labels. Left, frozen codes: the masked autoencoder is highest up to 100 labels. Right, trained networks: lines close together at 1,000 labels.",
    # pt: "Acurácia em função do número de rótulos. À esquerda, códigos congelados: o autoencoder mascarado é o mais alto até 100 rótulos. À direita, redes treinadas: linhas próximas com 1.000 rótulos."
)
show_accuracy(frozen, "Frozen code and linear probe")  # pt: "Código congelado e sonda linear"
show_accuracy(tuned, "All weights trained, with augmentation")
# pt: "Todos os pesos treinados, com aumento de dados"
# %% tags=["claims"]
at = {n: i for i, n in enumerate(LABELS)}
claims.check(
    source,
    attention_gap=attention_gap,
    masked_loss=masked_loss,
    pixels_10=frozen["pixels"][at[10]].mean(),
    masked_10=frozen["masked"][at[10]].mean(),
    scratch_10=tuned["scratch"][at[10]].mean(),
    pixels_100=frozen["pixels"][at[100]].mean(),
    plain_100=frozen["plain"][at[100]].mean(),
    denoising_100=frozen["denoising"][at[100]].mean(),
    masked_100=frozen["masked"][at[100]].mean(),
    tuned_100=tuned["masked"][at[100]].mean(),
    scratch_100=tuned["scratch"][at[100]].mean(),
    tuned_most=tuned["masked"][-1].mean(),
    scratch_most=tuned["scratch"][-1].mean(),
)
# %% [markdown] lang="en"
# **Frozen codes.** With ten labels the code of the masked autoencoder reaches {{ masked_10 }}, the pixels
# {{ pixels_10 }}. With 100 labels the values are {{ masked_100 }} and {{ pixels_100 }}; the plain autoencoder has
# {{ plain_100 }} and the denoising one {{ denoising_100 }}. All three have seen the same images, and all three codes
# have 64 numbers. The plain and the denoising autoencoder differ only in the task: copying an image does not require
# knowing what it shows, filling in three quarters of it does. The masked autoencoder also has another encoder and
# trains for more epochs, so this table alone does not show what the task contributes. *Going further* varies only the
# masking ratio.
#
# **The network from scratch** has {{ scratch_10 }} with ten labels, {{ scratch_100 }} with 100 and {{ scratch_most }}
# with 1,000. With ten labels, the frozen code of the masked autoencoder is ahead, but ten labels are not enough: about
# half of its answers are wrong. With 100 or more it is behind the network from scratch.
#
# **Fine-tuning.** In the rows *plain*, *denoising* and *from scratch* of the second table the network is the same; only
# its initial weights differ. The weights of the plain autoencoder are a worse start than random ones, those of the
# denoising autoencoder are, from 30 labels on, at least as good. The masked autoencoder has {{ tuned_100 }} with 100
# labels and {{ tuned_most }} with 1,000, less than the network from scratch. One possible reason: a transformer must
# learn which patches are neighbours; a convolution has this built in.
#
# Two limits of this comparison: we chose the settings of all methods by hand, and for digits good augmentations are
# known. For other data, such as the heartbeats of lesson 05, it is less clear which changes are harmless.
# %% [markdown] lang="pt-BR"
# **Códigos congelados.** Com dez rótulos, o código do autoencoder mascarado chega a {{ masked_10 }}, e os pixels, a
# {{ pixels_10 }}. Com 100 rótulos, são {{ masked_100 }} e {{ pixels_100 }}; o autoencoder comum tem {{ plain_100 }}, e
# o de remoção de ruído, {{ denoising_100 }}. Os três viram as mesmas imagens, e os três códigos têm 64 números. O
# autoencoder comum e o de remoção de ruído só diferem na tarefa: copiar uma imagem não exige saber o que ela mostra;
# completar três quartos dela exige. O mascarado tem também outro codificador e treina por mais épocas; por isso esta
# tabela sozinha não mostra quanto se deve à tarefa. *Para ir além* varia apenas a fração escondida.
#
# **A rede treinada do zero** tem {{ scratch_10 }} com dez rótulos, {{ scratch_100 }} com 100 e {{ scratch_most }} com
# 1.000. Com dez rótulos, o código congelado do autoencoder mascarado está à frente, mas dez rótulos não bastam: cerca
# de metade de suas respostas está errada. Com 100 ou mais, fica atrás da rede treinada do zero.
#
# **Ajuste fino.** Nas linhas do autoencoder *comum*, do de *remoção de ruído* e da rede *do zero* da segunda tabela, a
# rede é a mesma; só mudam os pesos iniciais. Os pesos do autoencoder comum são um começo pior que pesos aleatórios; os
# do autoencoder de remoção de ruído, a partir de 30 rótulos, são ao menos tão bons quanto eles. O autoencoder mascarado
# tem {{ tuned_100 }} com 100 rótulos e {{ tuned_most }} com 1.000, menos que a rede do zero. Um motivo possível: um
# transformer precisa aprender quais retalhos são vizinhos; a convolução já traz isso embutido.
#
# Dois limites desta comparação: escolhemos à mão os ajustes de todos os métodos, e para dígitos se conhecem bons
# aumentos de dados. Em outros dados, como os batimentos da aula 05, é menos claro quais mudanças são inofensivas.
# %% [markdown] lang="en"
# ## 5. Retrieval: finding similar images
#
# A code also answers another question: which images resemble this one? **Retrieval** returns the nearest neighbours
# of a query in code space. We search the pool for the ten nearest neighbours of test images. **Precision at 10** is
# the share of them that have the query's class.
# %% [markdown] lang="pt-BR"
# ## 5. Busca: encontrar imagens parecidas
#
# Um código também responde a outra pergunta: que imagens se parecem com esta? A **busca por semelhança** (*retrieval*)
# devolve os vizinhos mais próximos de uma consulta no espaço dos códigos. Buscamos no acervo os dez vizinhos mais
# próximos de imagens de teste. A **precisão em 10** é a fração deles que tem a classe da consulta.
# %%
queries = slice(0, 1000)
neighbours = {
    name: NearestNeighbors(n_neighbors=10).fit(z).kneighbors(z_test[queries], return_distance=False)
    for name, (z, z_test) in codes.items()
}
precision = {name: (y_pool[rows] == y_test[queries, None]).mean() for name, rows in neighbours.items()}
rows = [(names[name], text.number(share, ".1%")) for name, share in precision.items()]
text.table(("representation", "precision at 10"), rows, "Ten nearest neighbours of a thousand test images")
# pt: "representação", "precisão em 10", "Dez vizinhos mais próximos de mil imagens de teste"
# %%
share = {name: (y_pool[rows] == y_test[queries, None]).mean(axis=1) for name, rows in neighbours.items()}
query = int(np.argmax(share["masked"] - share["pixels"]))
other = int(np.argmin(share["masked"] - share["pixels"]))
for one in (query, other):
    found = {names[name]: pictures(x_pool[neighbours[name][one]]) for name in ("pixels", "masked")}
    plot.image_rows(
        {"query": np.repeat(pictures(x_test[[one]]), 10, axis=0), **found},  # pt: "consulta"
        alt="A query digit, repeated, and its ten nearest neighbours among the pixels and among the codes of the masked autoencoder.",
        # pt: "Um dígito de consulta, repetido, e seus dez vizinhos mais próximos nos pixels e nos códigos do autoencoder mascarado."
    )
# %% tags=["claims"]
claims.check(source, precision_pixels=precision["pixels"], precision_masked=precision["masked"])


# %% [markdown] lang="en"
# Here the masked autoencoder, the best code with ten labels, has the lowest precision: {{ precision_masked }}, against {{
# precision_pixels }} for the pixels. A probe can give each number of the code a weight, but a distance counts all numbers alike, also
# those that say nothing about the class. In pixels, a neighbour is an image whose strokes are on the same pixels. Among thousands of
# images such a neighbour almost always exists.
#
# The pictures show the query with the largest difference in favour of each. **Whether a code is good depends on how
# it is used.** For retrieval, PCA is as good as pixels and needs 64 numbers instead of 784.
# %% [markdown] lang="pt-BR"
# Aqui o autoencoder mascarado, o melhor código com dez rótulos, tem a menor precisão: {{ precision_masked }}, contra {{
# precision_pixels }} dos pixels. Uma sonda pode dar um peso a cada número do código, mas uma distância trata todos
# por igual, inclusive os que nada dizem sobre a classe. Nos pixels, é vizinha a imagem cujos traços ocupam os mesmos
# pixels. Entre milhares de imagens, quase sempre existe uma vizinha assim.
#
# As figuras mostram a consulta com a maior diferença a favor de cada um. **Se um código é bom depende do uso.** Nessa
# busca, a PCA é tão boa quanto os pixels e precisa de 64 números em vez de 784.
# %% [markdown] lang="en"
# ## 6. Sparse autoencoders as microscopes
#
# So far the numbers of a code had no meaning one by one. Can we find meaningful units in a network? An obstacle is
# **superposition** (Elhage et al., 2022). A layer can represent more features than it has units, if only a few are
# present at a time. Each feature is a *direction*, and one unit takes part in many features.
#
# A **sparse autoencoder** tries to undo this (Cunningham et al., 2023). It is overcomplete: it has more code units
# than inputs, but few of them may be active for one example. Each row of its decoder, of length 1, is a candidate
# direction. We compare two ways to make the code sparse:
#
# - an **L1 penalty**, as in lesson 02;
# - **TopK** (Gao et al., 2024): keep the $k$ largest units, set the others to zero.
#
# First we test the method where we know the truth. We build vectors of 32, 16 or 12 numbers. Each is a sum of a few of
# 64 random directions; each direction is present with a probability of 3%. How many of the 64 directions does the
# autoencoder find, if it only sees the sums?
# %% [markdown] lang="pt-BR"
# ## 6. Autoencoders esparsos como microscópios
#
# Até aqui, os números de um código não tinham significado um a um. Dá para encontrar unidades com significado em uma
# rede? Um obstáculo é a **superposição** (Elhage et al., 2022). Uma camada pode representar mais atributos
# (*features*) do que tem unidades, se só alguns estão presentes de cada vez. Cada atributo é uma *direção*, e uma
# unidade participa de muitos atributos.
#
# Um **autoencoder esparso** tenta desfazer isso (Cunningham et al., 2023). Ele é supercompleto: tem mais unidades no
# código do que entradas, mas poucas podem estar ativas em cada exemplo. Cada linha do decodificador, de comprimento 1,
# é uma direção candidata. Comparamos duas formas de tornar o código esparso:
#
# - uma **penalidade L1**, como na aula 02;
# - o **TopK** (Gao et al., 2024): manter as $k$ maiores unidades e zerar as demais.
#
# Primeiro testamos o método onde conhecemos a verdade. Construímos vetores de 32, 16 ou 12 números. Cada um é a soma de
# algumas de 64 direções aleatórias; cada direção está presente com probabilidade de 3%. Quantas das 64 direções o
# autoencoder encontra, se só vê as somas?
# %%
def keep_largest(z, k):
    """The `k` largest numbers of each row; the others become zero."""
    # pt: """Os `k` maiores números de cada linha; os demais viram zero."""
    _, places = ops.top_k(z, k)
    return z * ops.sum(ops.one_hot(places, z.shape[-1]), axis=-2)


# %%
class SparseAutoencoder(keras.Model):
    """Overcomplete autoencoder with an L1 penalty or, with `k`, the k largest units."""

    # pt: """Autoencoder supercompleto com penalidade L1 ou, com `k`, as k maiores unidades."""

    def __init__(self, dim, units, k=None, penalty=0.0):
        super().__init__()
        self.k, self.penalty = k, penalty
        self.centre = self.add_weight(shape=(dim,), initializer="zeros", name="centre")
        self.read = layers.Dense(units, "relu")
        length_1 = keras.constraints.UnitNorm(axis=1)
        self.write = layers.Dense(dim, use_bias=False, kernel_constraint=length_1)
        self.read.build((None, dim)), self.write.build((None, units))
        self.write.kernel.assign(length_1(self.write.kernel))
        self.read.kernel.assign(ops.transpose(self.write.kernel))  # a good start: decoder and encoder agree
        # pt: um bom começo: decodificador e codificador concordam

    def encode(self, h):
        z = self.read(h - self.centre)
        return z if self.k is None else keep_largest(z, self.k)

    def call(self, h):
        z = self.encode(h)
        self.add_loss(self.penalty * ops.mean(ops.sum(z, axis=-1)))
        return self.write(z) + self.centre


# %%
def squared_error(x, x_hat):
    """Squared error of each example: the sum over its numbers."""
    # pt: """Erro quadrático de cada exemplo: a soma sobre seus números."""
    return ops.sum(ops.square(x - x_hat), axis=-1)


def superposed(n, dim, features=64, share=0.03):
    """`n` sums (n, dim) of a few of `features` random directions, and these directions (features, dim)."""
    # pt: """`n` somas (n, dim) de algumas de `features` direções aleatórias e essas direções (features, dim)."""
    rng = np.random.default_rng(settings.seed())
    directions = rng.standard_normal((features, dim))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    strength = (rng.random((n, features)) < share) * rng.uniform(0.5, 1.5, (n, features))
    return (strength @ directions).astype("float32"), directions


def best_cosines(found, directions):
    """Cosine of each true direction with the most similar of the `found` ones."""
    # pt: """Cosseno de cada direção verdadeira com a mais parecida das encontradas, `found`."""
    found = np.asarray(found)
    return (directions @ (found / np.linalg.norm(found, axis=1, keepdims=True)).T).max(axis=1)


# %%
kinds = {"L1": dict(penalty=0.3), "TopK": dict(k=2)}
dims, cosines = settings.pick(quick=(32,), class_=(32, 16, 12), full=(32, 16, 12)), {}
for dim in dims:
    h, directions = superposed(settings.pick(quick=4000, class_=20_000, full=20_000), dim)
    components = PCA(dim, random_state=0).fit(h).components_
    cosines["PCA", dim] = best_cosines(np.concatenate([components, -components]), directions)
    for kind, how in kinds.items():
        keras.utils.set_random_seed(settings.seed())
        toy = SparseAutoencoder(dim, 64, **how)
        train(toy, h, 10, squared_error, peak=1e-2)
        cosines[kind, dim] = best_cosines(toy.write.kernel, directions)
shares = {key: (values > 0.9).mean() for key, values in cosines.items()}
rows = [
    (
        kind,
        *(
            f"{text.number(cosines[kind, d].mean(), '.2f')}; {text.number(shares[kind, d], '.0%')}"
            for d in dims
        ),
    )
    for kind in ("PCA", *kinds)
]
caption = "Mean cosine; share of the 64 directions recovered (cosine above 0.9)"
# pt: "Cosseno médio; fração das 64 direções recuperada (cosseno acima de 0,9)"
text.table(("method", *(f"{dim} numbers" for dim in dims)), rows, caption)
# pt: "método", f"{dim} números"
# %% tags=["claims"]
claims.check(
    source,
    l1_narrow=shares["L1", dims[-1]],
    topk_narrow=shares["TopK", dims[-1]],
)
# %% [markdown] lang="en"
# PCA finds none of the directions: there are more directions than components, and its components are orthogonal. With 32
# numbers both sparse autoencoders find most of the directions. In 12 numbers the directions overlap more. The L1 penalty then
# recovers only {{ l1_narrow }}, and TopK, which knows that about two directions are present, {{ topk_narrow }}. The
# penalty also shrinks the active units; TopK does not.
#
# Note the conditions under which this works: the features are sparse and independent, and we chose $k$ and the number
# of units with the truth in mind. In a real network they are unknown.
# %% [markdown] lang="pt-BR"
# A PCA não encontra nenhuma das direções: há mais direções do que componentes, e seus componentes são ortogonais. Com
# 32 números, os dois autoencoders esparsos encontram a maioria das direções. Em 12 números, as direções se sobrepõem
# mais. A penalidade L1 então recupera só {{ l1_narrow }}, e o TopK, que sabe que cerca de duas direções estão
# presentes, {{ topk_narrow }}. A penalidade também encolhe as unidades ativas; o TopK, não.
#
# Repare nas condições em que isso funciona: os atributos são esparsos e independentes, e escolhemos $k$ e o número de
# unidades já conhecendo a verdade. Em uma rede real, são desconhecidos.
# %% [markdown] lang="en"
# ## 7. Inside a classifier
#
# Now a real layer, where nobody knows the true features. We train the digit classifier of lesson 08 (784 → 256 → 64 →
# 10 units) and take its layer of 64 units. The sparse autoencoder gets 256 units, of which 8 may be active.
# %% [markdown] lang="pt-BR"
# ## 7. Dentro de um classificador
#
# Agora uma camada real, da qual ninguém conhece os verdadeiros atributos. Treinamos o classificador de dígitos da aula
# 08 (784 → 256 → 64 → 10 unidades) e tomamos sua camada de 64 unidades. O autoencoder esparso tem 256 unidades, das
# quais 8 podem estar ativas.
# %%
keras.utils.set_random_seed(settings.seed())
body = keras.Sequential([keras.Input((784,)), layers.Dense(256, "relu"), layers.Dense(64, "relu")])
head = keras.Sequential([keras.Input((64,)), layers.Dense(10, "softmax")])
digit_classifier = keras.Sequential([keras.Input((784,)), body, head])
digit_classifier.compile("adam", "sparse_categorical_crossentropy", jit_compile=XLA, steps_per_execution=20)
epochs = settings.pick(quick=6, class_=3, full=10)
digit_classifier.fit(x_train, y_train, batch_size=128, epochs=epochs, verbose=0)
h_train, h_test = (encode(body, x) for x in (x_train[:20_000], x_test))
size = np.sqrt((h_train**2).sum(axis=1).mean())  # afterwards the mean squared length is 1
# pt: depois disso, o comprimento quadrático médio é 1
h_train, h_test = h_train / size, h_test / size


def classes_of(h):
    """Predicted class for activations `h` of the hidden layer."""
    # pt: """Classe prevista para ativações `h` da camada oculta."""
    return encode(head, size * np.asarray(h)).argmax(axis=1)


right = classes_of(h_test) == y_test
print(text.number(right.mean(), ".1%"))


# %% [markdown] lang="en"
# A unit that is zero for every example is **dead**: it gets no gradient and stays dead. In a TopK code this happens
# easily, because a unit that never belongs to the $k$ largest never learns. A remedy is to **revive** dead units from
# time to time. We give each of them, in encoder and decoder, the direction of the reconstruction error of a badly
# reconstructed example, and train on. (Gao and colleagues instead let dead units learn to reconstruct the remaining
# error.)
# %% [markdown] lang="pt-BR"
# Uma unidade que vale zero em todo exemplo está **morta**: não recebe gradiente e continua morta. Em um código TopK
# isso acontece facilmente, pois uma unidade que nunca está entre as $k$ maiores nunca aprende. Um remédio é
# **reativar** as unidades mortas de tempos em tempos. Damos a cada uma, no codificador e no decodificador, a direção do
# erro de reconstrução de um exemplo mal reconstruído e continuamos o treino. (Gao e colegas, em vez disso, fazem as
# unidades mortas aprender a reconstruir o erro que resta.)
# %%
def dead_units(model, h):
    """Numbers of the units that are zero for all examples `h`."""
    # pt: """Números das unidades que valem zero em todos os exemplos `h`."""
    return np.flatnonzero(np.asarray(model.encode(h)).max(axis=0) == 0)


def revive(model, h, rng):
    """Point each dead unit at an example of `h` that `model` reconstructs badly."""
    # pt: """Aponta cada unidade morta para um exemplo de `h` que `model` reconstrói mal."""
    dead, missing = dead_units(model, h), h - np.asarray(model(h))
    error = (missing**2).sum(axis=1)
    new = missing[rng.choice(len(h), len(dead), p=error / error.sum())]
    new /= np.linalg.norm(new, axis=1, keepdims=True)
    write, read, bias = (
        np.asarray(w).copy() for w in (model.write.kernel, model.read.kernel, model.read.bias)
    )
    write[dead], read[:, dead], bias[dead] = new, new.T, 0
    model.write.kernel.assign(write), model.read.kernel.assign(read), model.read.bias.assign(bias)


# %%
def missed(model, h):
    """Share of the variance of `h` that `model` does not reconstruct."""
    # pt: """Fração da variância de `h` que `model` não reconstrói."""
    return ((h - np.asarray(model(h))) ** 2).sum() / ((h - h.mean(axis=0)) ** 2).sum()


rng, rows = np.random.default_rng(settings.seed()), []
keras.utils.set_random_seed(settings.seed())
sparse = SparseAutoencoder(64, 256, k=8)
for stage in range(4):
    if stage:
        revive(sparse, h_train, rng)
    train(sparse, h_train, settings.pick(quick=6, class_=5, full=20), squared_error, peak=3e-3)
    dead, left_out = len(dead_units(sparse, h_train)), missed(sparse, h_test)
    kept = (classes_of(sparse(h_test)) == classes_of(h_test)).mean()
    rows.append((stage, dead, left_out, kept))
cells = [
    (f"{stage}", f"{dead}", text.number(out, ".1%"), text.number(kept, ".1%"))
    for stage, dead, out, kept in rows
]
header = ("revivals", "dead units of 256", "variance missed", "class kept")
# pt: "reativações", "unidades mortas, de 256", "variância perdida", "classe mantida"
text.table(
    header, cells, "Sparse autoencoder of the hidden layer"
)  # pt: "Autoencoder esparso da camada oculta"
# %% tags=["claims"]
claims.check(
    source,
    dead_before=rows[0][1],
    dead_after=rows[-1][1],
    class_kept=rows[-1][3],
)
# %% [markdown] lang="en"
# Before the first revival {{ dead_before }} units are dead, after the last one {{ dead_after }}. The number does not
# fall steadily, because other units die while the training goes on; the variance that is missed does fall, but longer
# training alone could explain that. The last column puts the reconstruction in place of the hidden layer: the
# classifier then gives the same class for {{ class_kept }} of the test images. Always check this first. If the
# reconstruction loses what the network uses, the units describe another network.
#
# ### What does a unit respond to, and what does it cause?
#
# Take the four units with the largest total activation. Below are the test images that activate each of them most.
# Then we **switch the unit off**: we subtract its contribution from the hidden layer, and leave the rest as it is.
#
# **Predict:** will the accuracy fall on all digits, or on a few?
# %% [markdown] lang="pt-BR"
# Antes da primeira reativação há {{ dead_before }} unidades mortas; depois da última, {{ dead_after }}. O número não
# cai de modo constante, porque outras unidades morrem durante o treino; a variância perdida cai, mas o treino mais
# longo bastaria para explicar isso. A última coluna põe a reconstrução no lugar da camada oculta: o classificador então
# dá a mesma classe a {{ class_kept }} das imagens de teste. Confira isso sempre primeiro. Se a reconstrução perde o que
# a rede usa, as unidades descrevem outra rede.
#
# ### A que uma unidade responde e o que ela causa?
#
# Tome as quatro unidades com a maior ativação total. Abaixo estão as imagens de teste que mais ativam cada uma. Depois
# **desligamos a unidade**: subtraímos sua contribuição da camada oculta e deixamos o resto como está.
#
# **Arrisque:** a acurácia vai cair em todos os dígitos ou só em alguns?
# %%
z_train, z_test = (np.asarray(sparse.encode(h)) for h in (h_train, h_test))
busiest = np.argsort(-z_train.sum(axis=0))[:20]
plot.image_rows(
    {f"{unit}": pictures(x_test[np.argsort(-z_test[:, unit])[:12]]) for unit in busiest[:4]},
    alt="Four rows of twelve test digits, one row for each unit: most rows show one digit or one kind of stroke.",
    # pt: "Quatro linhas de doze dígitos de teste, uma por unidade: quase todas mostram um só dígito ou tipo de traço."
)


# %%
def switch_off(h, z, unit):
    """The hidden layer without the contribution of one unit of the sparse code."""
    # pt: """A camada oculta sem a contribuição de uma unidade do código esparso."""
    return h - z[:, [unit]] * np.asarray(sparse.write.kernel)[unit]


effects = {}
for unit in busiest:
    active = z_test[:, unit] > 0
    digit = np.bincount(y_test[np.argsort(-z_test[:, unit])[:12]], minlength=10).argmax()
    after, own = classes_of(switch_off(h_test, z_test, unit)) == y_test, y_test == digit
    drop = right[own].mean() - after[own].mean(), right[~own].mean() - after[~own].mean()
    effects[unit] = digit, active.mean(), (y_test[active] == digit).mean(), *drop
cells = [
    (f"{unit}", digits[digit], *(text.number(value, ".1%") for value in values))
    for unit, (digit, *values) in list(effects.items())[:4]
]
header = ("unit", "digit of the top images", "active", "share of that digit", "accuracy lost", "other digits")
# pt: "unidade", "dígito das imagens do topo", "ativa", "fração desse dígito", "acurácia perdida", "outros dígitos"
text.table(
    header, cells, "Share of test images for which the unit is active; accuracy lost when it is switched off"
)
# pt: "Fração das imagens de teste em que a unidade está ativa; acurácia perdida ao desligá-la"
# %%
drop_own, drop_other = (np.mean([values[place] for values in effects.values()]) for place in (3, 4))
print(text.number(drop_own, ".1%"), text.number(drop_other, ".2%"))
# %% [markdown] lang="en"
# ### A baseline: the linear probe
#
# The top images suggest a name for a unit, such as "closed loop". Test such a name. We ask which units tell digits with
# a loop (0, 6, 8, 9) from the others, and compare the unit of the sparse code that is most specific to them, the same
# for the layer itself, and a linear probe, which uses all 64 units of the layer. All are chosen or fitted on training
# images. The measure is the **AUC** of lesson 05.
# %% [markdown] lang="pt-BR"
# ### Uma linha de base: a sonda linear
#
# As imagens do topo sugerem um nome para a unidade, como "laço fechado". Teste esse nome. Perguntamos que unidades
# distinguem os dígitos com laço (0, 6, 8, 9) dos demais e comparamos a unidade do código esparso mais específica deles,
# o mesmo na própria camada e uma sonda linear, que usa todas as 64 unidades da camada. Todas são escolhidas ou
# ajustadas com imagens de treino. A medida é a **AUC** da aula 05.
# %%
loop, loop_test = np.isin(y_train[: len(h_train)], (0, 6, 8, 9)), np.isin(y_test, (0, 6, 8, 9))


def best_unit(z, z_test):
    """Test AUC of the unit that separates the loops best in training."""
    # pt: """AUC de teste da unidade que melhor separa os laços no treino."""
    unit = np.argmax([roc_auc_score(loop[:5000], column) for column in z[:5000].T])
    return roc_auc_score(loop_test, z_test[:, unit])


linear = LogisticRegression(max_iter=1000).fit(h_train[:5000], loop[:5000])
auc = {
    "best unit of the sparse code": best_unit(z_train, z_test),  # pt: "melhor unidade do código esparso"
    "best unit of the layer": best_unit(h_train, h_test),  # pt: "melhor unidade da camada"
    "linear probe": roc_auc_score(loop_test, linear.decision_function(h_test)),  # pt: "sonda linear"
}
for name, value in auc.items():
    print(f"{name}: {text.number(value, '.3f')}")
auc_sparse, auc_layer, auc_probe = auc.values()
# %% tags=["claims"]
claims.check(
    source,
    drop_own=drop_own,
    drop_other=drop_other,
    auc_sparse=auc_sparse,
    auc_layer=auc_layer,
    auc_probe=auc_probe,
)
# %% [markdown] lang="en"
# On average over the 20 busiest units, switching a unit off costs {{ drop_own }} of the accuracy on the digit of its
# top images, while the accuracy on the other digits hardly changes (loss: {{ drop_other }}). On average, then, a unit
# matters mainly for one digit. But the concept "loop" has no unit of its own: the best unit of the sparse code has an
# AUC of {{ auc_sparse }}, the best unit of the layer itself {{ auc_layer }}, and the linear probe {{ auc_probe }}. The
# information is there, spread over many units.
#
# **What such results can show:** which images activate a unit, and what *this* network does without it.
#
# **What they cannot show:**
#
# - that the unit means what its top images suggest. They are the extreme cases; look at all images that activate it;
# - that the units are *the* features of the network. Another seed or another $k$ gives other units;
# - that the network uses what a probe finds. A probe only shows that the information is present.
#
# ### Explore
#
# A small decoder, trained here, paints an image from the hidden layer. Choose an image, one of its strongest units,
# and a factor: 0 switches the unit off, 1 leaves it as it is. Find a unit that changes the predicted class. Does the painted
# image change in the same sense?
# %% [markdown] lang="pt-BR"
# Em média sobre as 20 unidades mais ativas, desligar uma unidade custa {{ drop_own }} da acurácia no dígito das imagens
# do topo, enquanto a acurácia nos outros dígitos quase não muda (perda: {{ drop_other }}). Em média, portanto, uma
# unidade importa sobretudo para um só dígito. Mas o conceito "laço" não tem uma unidade própria: a melhor unidade do
# código esparso tem AUC de {{ auc_sparse }}, a melhor unidade da própria camada, {{ auc_layer }}, e a sonda linear,
# {{ auc_probe }}. A informação está lá, espalhada por muitas unidades.
#
# **O que esses resultados podem mostrar:** que imagens ativam uma unidade e o que *esta* rede faz sem ela.
#
# **O que não podem mostrar:**
#
# - que a unidade significa o que as imagens do topo sugerem. Elas são os casos extremos; veja todas as imagens que a
#   ativam;
# - que as unidades são *os* atributos da rede. Outra semente ou outro $k$ dá outras unidades;
# - que a rede usa o que uma sonda encontra. A sonda só mostra que a informação está presente.
#
# ### Explore
#
# Um pequeno decodificador, treinado aqui, pinta uma imagem a partir da camada oculta. Escolha uma imagem, uma de suas
# unidades mais fortes e um fator: 0 desliga a unidade, 1 a deixa como está. Encontre uma unidade que mude a classe
# prevista. A imagem pintada muda no mesmo sentido?
# %%
painter = keras.Sequential([keras.Input((64,)), layers.Dense(256, "relu"), layers.Dense(784)])
painter.compile("adam", "mse", jit_compile=XLA, steps_per_execution=20)
epochs = settings.pick(quick=10, class_=8, full=20)
painter.fit(h_train, x_train[: len(h_train)], batch_size=128, epochs=epochs, verbose=0)
explore.representations.units(
    pictures(x_test[:100]),
    (h_test[:100], z_test[:100]),
    np.asarray(sparse.write.kernel),
    lambda h: encode(head, size * h),
    lambda h: pictures(encode(painter, h)),
    digits,
)


# %% [markdown] lang="en"
# ## Check yourself
#
# Answer first, then open.
#
# **1.** Why does a masked autoencoder hide most of the image, and whole patches?
#
# <details><summary>Answer</summary>Single hidden pixels can be filled in from their neighbours, without knowing what the image shows. If most patches are missing, only the content of the image says how it continues.</details>
#
# **2.** A colleague computes the loss over all patches, not only over the hidden ones. Does the training still work?
#
# <details><summary>Answer</summary>It works, but part of the effort goes into copying visible patches, which teaches little. The loss also looks smaller than that of a model trained on hidden patches, so the two cannot be compared.</details>
#
# **3.** With 1,000 labels and augmentation, the network from scratch is as good as the best pretrained one. Was pretraining useless?
#
# <details><summary>Answer</summary>For this task and this number of labels, nearly. Pretraining helps where labels are few or augmentations are unknown. Measure it for the number of labels that you have.</details>
#
# **4.** Why can a layer of 64 units represent more than 64 features?
#
# <details><summary>Answer</summary>Features are directions, and there are many directions that are almost orthogonal. If few features are present at a time, their sum can be taken apart again.</details>
#
# **5.** The ten images that activate a unit most all show a 4. Is it a "4 detector"?
#
# <details><summary>Answer</summary>We do not know yet. Look at all images for which it is active, at the share of 4s that activate it, at the effect of switching it off, and at a linear probe for the same concept.</details>
#
# **6.** A linear probe finds the concept "loop" almost perfectly in the layer. Does the classifier use this concept?
#
# <details><summary>Answer</summary>The probe shows that the information is present, not that it is used. Only an intervention, such as removing this direction and watching the output, can show use.</details>
# %% [markdown] lang="pt-BR"
# ## Teste-se
#
# Responda primeiro, abra depois.
#
# **1.** Por que um autoencoder mascarado esconde a maior parte da imagem, e em retalhos inteiros?
#
# <details><summary>Resposta</summary>Pixels isolados podem ser preenchidos a partir dos vizinhos, sem que se saiba o que a imagem mostra. Se falta a maioria dos retalhos, só o conteúdo da imagem diz como ela continua.</details>
#
# **2.** Um colega calcula o custo sobre todos os retalhos, e não só sobre os escondidos. O treino ainda funciona?
#
# <details><summary>Resposta</summary>Funciona, mas parte do esforço vai para copiar retalhos visíveis, o que ensina pouco. Além disso, o custo parece menor que o de um modelo treinado nos escondidos, e os dois não são comparáveis.</details>
#
# **3.** Com 1.000 rótulos e aumento de dados, a rede treinada do zero é tão boa quanto a melhor pré-treinada. O pré-treino foi inútil?
#
# <details><summary>Resposta</summary>Para esta tarefa e este número de rótulos, quase. O pré-treino ajuda quando há poucos rótulos ou quando não se conhecem bons aumentos de dados. Meça-o para o número de rótulos que você tem.</details>
#
# **4.** Por que uma camada de 64 unidades pode representar mais de 64 atributos?
#
# <details><summary>Resposta</summary>Atributos são direções, e há muitas direções quase ortogonais entre si. Se poucos atributos estão presentes de cada vez, a soma deles pode ser desfeita.</details>
#
# **5.** As dez imagens que mais ativam uma unidade mostram todas um 4. Ela é um "detector de 4"?
#
# <details><summary>Resposta</summary>Ainda não se sabe. Veja todas as imagens em que ela está ativa, a fração dos 4 que a ativam, o efeito de desligá-la e uma sonda linear para o mesmo conceito.</details>
#
# **6.** Uma sonda linear encontra o conceito "laço" quase perfeitamente na camada. O classificador usa esse conceito?
#
# <details><summary>Resposta</summary>A sonda mostra que a informação está presente, não que é usada. Só uma intervenção, como remover essa direção e observar a saída, pode mostrar o uso.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# The cell below each exercise checks your answer at once. Call, for example, `check.nearest.hint()` for a hint, and
# call it again for a clearer one.
#
# ### Find the bug
#
# An assistant wrote a function for the precision at 10 within **one** set: each image is a query, and the other images
# of the same set are searched. The program runs, and its values are encouraging. Correct the function in the cell. In
# `noticed`, write in one sentence how you could have noticed the mistake without reading the code.
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# A célula abaixo de cada exercício verifica sua resposta na hora. Chame, por exemplo, `check.nearest.hint()` para ver
# uma dica; chame de novo para uma dica mais clara.
#
# ### Encontre o erro
#
# Um assistente escreveu uma função para a precisão em 10 dentro de **um só** conjunto: cada imagem é uma consulta, e a
# busca percorre as outras imagens do mesmo conjunto. O programa roda, e os valores são animadores. Corrija a função na
# célula. Em `noticed`, escreva em uma frase como você poderia ter notado o erro sem ler o código.
# %% exercise="bug" role="answer"
def precision_at_10(z, y):
    """Mean share, among the ten nearest other images, of images with the query's class."""
    # pt: """Fração média, entre as dez outras imagens mais próximas, de imagens com a classe da consulta."""
    search = NearestNeighbors(n_neighbors=10).fit(z)
    rows = search.kneighbors(z, return_distance=False)
    return float((y[rows] == y[:, None]).mean())


noticed = ""


### BEGIN SOLUTION
def precision_at_10(z, y):  # noqa: F811
    """Mean share, among the ten nearest other images, of images with the query's class."""
    # pt: """Fração média, entre as dez outras imagens mais próximas, de imagens com a classe da consulta."""
    search = NearestNeighbors(n_neighbors=10).fit(z)
    rows = search.kneighbors(return_distance=False)  # without the query itself  # pt: sem a própria consulta
    return float((y[rows] == y[:, None]).mean())


noticed = "With random codes the precision should be one tenth, but this function gives almost twice as much, and the first neighbour is always right."
# pt: "Com códigos aleatórios a precisão deveria ser de um décimo, mas a função dá quase o dobro, e o primeiro vizinho está sempre certo."
### END SOLUTION
# %% exercise="bug" role="check"
from exercises import representations as check

check.find_bug(precision_at_10, noticed)
# check.find_bug.hint()
if check.find_bug.done:
    print(text.number(precision_at_10(codes["masked"][1][:1000], y_test[:1000]), ".1%"))
# %% [markdown] lang="en"
# ### Exercise 1: nearest neighbour with 100 labels
#
# A classifier needs no training at all if it gives each test image the label of the **nearest labelled image**. Use
# the 100 labelled images `draw(100, 0)` and the codes of the masked autoencoder. Put the accuracy on the test images
# into `nearest_accuracy`. Compare it with the linear probe, and repeat it with the pixels.
# %% [markdown] lang="pt-BR"
# ### Exercício 1: vizinho mais próximo com 100 rótulos
#
# Um classificador dispensa o treino se dá a cada imagem de teste o rótulo da **imagem rotulada mais próxima**. Use as
# 100 imagens rotuladas `draw(100, 0)` e os códigos do autoencoder mascarado. Guarde em `nearest_accuracy` a acurácia
# nas imagens de teste. Compare-a com a da sonda linear e repita com os pixels.
# %% exercise="1" role="answer"
nearest_accuracy = None
### BEGIN SOLUTION
labelled = draw(100, 0)
search = NearestNeighbors(n_neighbors=1).fit(codes["masked"][0][labelled])
closest = search.kneighbors(codes["masked"][1], return_distance=False)[:, 0]
nearest_accuracy = (y_pool[labelled][closest] == y_test).mean()
# The linear probe weights the numbers of the code; the distance counts all of them alike.
# pt: A sonda linear pondera os números do código; a distância trata todos por igual.
### END SOLUTION
# %% exercise="1" role="check"
check.nearest(nearest_accuracy, codes, (y_pool, y_test), draw(100, 0))
# check.nearest.hint()
if check.nearest.done:
    probes = (text.number(frozen[name][LABELS.index(100), 0], ".1%") for name in ("masked", "pixels"))
    print(*probes)
# %% [markdown] lang="en"
# ### Exercise 2: attention weights
#
# Write `attention_weights(query, key)` for one head: it takes queries (n, d) and keys (m, d) and returns the array of
# weights $a_{ij}$ of section 3, with shape (n, m). Subtract the largest score of each row before you take the
# exponential, so that large scores do not overflow.
# %% [markdown] lang="pt-BR"
# ### Exercício 2: pesos de atenção
#
# Escreva `attention_weights(query, key)` para uma cabeça: a função recebe consultas (n, d) e chaves (m, d) e devolve
# a matriz dos pesos $a_{ij}$ da seção 3, de formato (n, m). Subtraia o maior escore de cada linha antes da
# exponencial, para que escores grandes não causem estouro.
# %% exercise="2" role="answer"
attention_weights = None


### BEGIN SOLUTION
def attention_weights(query, key):
    """Weights (n, m) with which each query attends to each key."""
    # pt: """Pesos (n, m) com que cada consulta atende a cada chave."""
    scores = query @ key.T / np.sqrt(query.shape[1])
    a = np.exp(scores - scores.max(axis=1, keepdims=True))
    return a / a.sum(axis=1, keepdims=True)


### END SOLUTION
# %% exercise="2" role="check"
check.attention(attention_weights)
# check.attention.hint()
# %% [markdown] lang="en"
# ### Exercise 3: how many units does a class need?
#
# For each test image keep only the `m` largest of its active units in `z_test`, and set the others to zero. Rebuild
# the hidden layer with `sparse.write(…) + sparse.centre`, and classify it with `classes_of`. For `m` = 1, 2, 4 and 8,
# store the share of images that keep the class of the *intact* hidden layer (`classes_of(h_test)`) in the dictionary
# `kept_by_m`.
# %% [markdown] lang="pt-BR"
# ### Exercício 3: de quantas unidades uma classe precisa?
#
# Em cada imagem de teste, mantenha só as `m` maiores unidades ativas de `z_test` e zere as demais. Refaça a camada
# oculta com `sparse.write(…) + sparse.centre` e classifique-a com `classes_of`. Para `m` = 1, 2, 4 e 8, guarde no
# dicionário `kept_by_m` a fração das imagens que mantêm a classe da camada oculta *intacta* (`classes_of(h_test)`).
# %% exercise="3" role="answer"
kept_by_m = {}
### BEGIN SOLUTION
for m in (1, 2, 4, 8):
    rebuilt_h = sparse.write(keep_largest(z_test, m)) + sparse.centre
    kept_by_m[m] = (classes_of(rebuilt_h) == classes_of(h_test)).mean()
### END SOLUTION
# %% exercise="3" role="check"
check.few_units(kept_by_m, sparse, classes_of, h_test, y_test)
# check.few_units.hint()
if check.few_units.done:
    for m, kept in sorted(kept_by_m.items()):
        print(m, text.number(kept, ".1%"))
# %% [markdown] lang="en"
# ## Summary
#
# - A representation is good *for a task*. Measure it with a frozen code and a linear probe, with several draws of the
#   labels, against pixels, PCA and a network from scratch with augmentation.
# - The pretraining task influences what a code contains. Hiding most of the pixels gave a better code than copying
#   them, with the same network.
# - Pretraining helped most with very few labels. With more labels, augmentation made a small network from scratch
#   just as good or better.
# - Attention is a weighted mean of values, with weights from the products of queries and keys. It accepts any set of
#   patches, so the encoder can skip the hidden ones.
# - Sparse autoencoders recover superposed features if these are sparse. Check for dead units.
# - Images that activate a unit suggest a meaning. Test it on all images, by switching the unit off, and against a
#   linear probe.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - Uma representação é boa *para uma tarefa*. Meça-a com o código congelado e uma sonda linear, com vários sorteios dos
#   rótulos, contra os pixels, a PCA e uma rede treinada do zero com aumento de dados.
# - A tarefa do pré-treino influencia o que o código contém. Com a mesma rede, esconder a maior parte dos pixels deu um
#   código melhor do que copiá-los.
# - O pré-treino ajudou mais com muito poucos rótulos. Com mais rótulos, o aumento de dados tornou uma rede pequena,
#   treinada do zero, igualmente boa ou melhor.
# - A atenção é uma média ponderada de valores, com pesos que vêm dos produtos de consultas e chaves. Ela aceita
#   qualquer conjunto de retalhos; por isso o codificador pode pular os escondidos.
# - Autoencoders esparsos recuperam atributos sobrepostos se eles são esparsos. Procure unidades mortas.
# - As imagens que ativam uma unidade sugerem um significado. Teste-o com todas as imagens, desligando a unidade e
#   comparando com uma sonda linear.
# %% [markdown] lang="en"
# ## Going further
#
# ### How much should be hidden?
#
# We train the masked autoencoder with three masking ratios, for fewer epochs and with everything else equal, and
# compare the frozen codes. At 25% twelve patches are visible, at 75% four, at 94% a single one.
#
# **Predict:** which ratio gives the best code with 100 labels? Which the smallest loss?
# %% [markdown] lang="pt-BR"
# ## Para ir além
#
# ### Quanto se deve esconder?
#
# Treinamos o autoencoder mascarado com três frações escondidas, por menos épocas e com todo o resto igual, e
# comparamos os códigos congelados. Com 25% há doze retalhos visíveis; com 75%, quatro; com 94%, um só.
#
# **Arrisque:** que fração dá o melhor código com 100 rótulos? E qual dá o menor custo?
# %%
ratios, rows = settings.pick(quick=(0.75,), class_=(0.25, 0.75, 0.94), full=(0.25, 0.5, 0.75, 0.94)), []
for ratio in ratios:
    model, loss = train_masked(ratio, settings.pick(quick=1, class_=3, full=20))
    encoder = code_of(model)
    scores = probe(encode(encoder, x_pool), encode(encoder, x_test)).mean(axis=1)
    rows.append((ratio, loss, *scores))
cells = [
    (text.number(ratio, ".0%"), text.number(loss, ".3f"), *(text.number(s, ".1%") for s in scores))
    for ratio, loss, *scores in rows
]
header = ("hidden", "loss", *(f"{n} labels" for n in LABELS))  # pt: "escondido", "custo", f"{n} rótulos"
text.table(header, cells, "Masking ratio: training loss, and accuracy of the frozen code")
# pt: "Fração escondida: custo de treino e acurácia do código congelado"
# %% [markdown] lang="en"
# A small masking ratio gives a small loss, because much of the image is visible, but the losses of different ratios
# measure different tasks. Compare the codes instead.
#
# ## References
#
# - P. Vincent, H. Larochelle, Y. Bengio, P.-A. Manzagol, *Extracting and composing robust features with denoising
#   autoencoders*, ICML 2008.
# - K. He, X. Chen, S. Xie, Y. Li, P. Dollár, R. Girshick, *Masked autoencoders are scalable vision learners*, CVPR
#   2022.
# - A. Vaswani et al., *Attention is all you need*, NIPS 2017.
# - N. Elhage et al., *Toy models of superposition*, Transformer Circuits Thread, 2022.
# - H. Cunningham, A. Ewart, L. Riggs, R. Huben, L. Sharkey, *Sparse autoencoders find highly interpretable features
#   in language models*, ICLR 2024 (arXiv:2309.08600, 2023).
# - L. Gao et al., *Scaling and evaluating sparse autoencoders*, arXiv:2406.04093, 2024.
# - T. Bricken et al., *Towards monosemanticity: decomposing language models with dictionary learning*, Transformer
#   Circuits Thread, 2023 (dead units pointed at badly reconstructed examples).
#
# Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# Uma fração escondida pequena dá um custo pequeno, pois se vê boa parte da imagem; mas custos de frações diferentes
# medem tarefas diferentes. Compare os códigos.
#
# ## Referências
#
# - P. Vincent, H. Larochelle, Y. Bengio, P.-A. Manzagol, *Extracting and composing robust features with denoising
#   autoencoders*, ICML 2008.
# - K. He, X. Chen, S. Xie, Y. Li, P. Dollár, R. Girshick, *Masked autoencoders are scalable vision learners*, CVPR
#   2022.
# - A. Vaswani et al., *Attention is all you need*, NIPS 2017.
# - N. Elhage et al., *Toy models of superposition*, Transformer Circuits Thread, 2022.
# - H. Cunningham, A. Ewart, L. Riggs, R. Huben, L. Sharkey, *Sparse autoencoders find highly interpretable features
#   in language models*, ICLR 2024 (arXiv:2309.08600, 2023).
# - L. Gao et al., *Scaling and evaluating sparse autoencoders*, arXiv:2406.04093, 2024.
# - T. Bricken et al., *Towards monosemanticity: decomposing language models with dictionary learning*, Transformer
#   Circuits Thread, 2023 (unidades mortas apontadas para exemplos mal reconstruídos).
#
# Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
