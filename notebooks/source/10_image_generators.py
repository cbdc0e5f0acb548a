# %% [markdown] lang="en"
# # Image generators: codebooks, priors and flows
#
# [Open in Colab]({{ colab }}) · Lesson 10 · reading: {{ reading_minutes }} min · running: {{ minutes.class }} min
# (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# The VAE of lesson 08 assumes that the codes of images follow $\mathcal N(0, I)$. Its samples are soft, and some show no
# digit. **What if a second network learns how codes are really distributed?** Many image generators of today work this way:
# an autoencoder makes a small code, and a generator draws new codes. In this lesson you build such generators for
# discrete and for continuous codes.
#
# **After this lesson you can**
#
# - quantise a code map with a codebook, and train it with the straight-through gradient;
# - recognise codebook collapse and remedy it;
# - train a causal model of code maps, and read its loss as bits per image;
# - train a network that turns noise into codes in small steps, and choose the number of steps;
# - compare generators by a distance and its spread over several sets, and say what the autoencoder does in latent
#   diffusion.
#
# **Prerequisites:** lessons 04 (convolutions) and 08 (VAE, KL divergence, Fréchet distance).
# %% [markdown] lang="pt-BR"
# # Geradores de imagens: dicionários, distribuições a priori e fluxos
#
# [Abrir no Colab]({{ colab }}) · Aula 10 · leitura: {{ reading_minutes }} min · execução: {{ minutes.class }} min
# (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# O VAE da aula 08 supõe que os códigos das imagens seguem $\mathcal N(0, I)$. Suas amostras são borradas, e algumas não
# mostram nenhum dígito. **E se uma segunda rede aprender como os códigos se distribuem de fato?** Muitos
# geradores de imagens atuais funcionam assim: um autoencoder produz um código pequeno, e um gerador sorteia códigos novos.
# Nesta aula você monta geradores desse tipo, para códigos discretos e para códigos contínuos.
#
# **Ao final desta aula você saberá**
#
# - quantizar um mapa de códigos com um dicionário e treiná-lo com o gradiente direto;
# - reconhecer o colapso do dicionário e corrigi-lo;
# - treinar um modelo causal de mapas de códigos e ler seu custo em bits por imagem;
# - treinar uma rede que transforma ruído em códigos, em passos pequenos, e escolher o número de passos;
# - comparar geradores por uma distância e sua dispersão em vários conjuntos e explicar o papel do autoencoder na
#   difusão latente.
#
# **Pré-requisitos:** aulas 04 (convoluções) e 08 (VAE, divergência KL, distância de Fréchet).
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("10_image_generators")
# %% [markdown] lang="en"
# If every row of the table says *ok*, continue. Otherwise follow the advice in the last column. The next cell imports
# the libraries.
# %% [markdown] lang="pt-BR"
# Se todas as linhas da tabela disserem *ok*, continue. Se não, siga a orientação da última coluna. A próxima célula
# importa as bibliotecas.
# %%
import io

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops
from PIL import Image
from sklearn.decomposition import PCA

from utils import claims, data, explore, plot, settings, text

# %% [markdown] lang="en"
# ## 1. How to compare generators
#
# All generators of this lesson draw digits. We use MNIST, because a small classifier reads real digits reliably. On the
# clothes of lesson 08 the classifier was less reliable, so its features would be a weaker basis for a comparison.
#
# As in lesson 08, the measure is the squared **Fréchet distance** between the classifier's 64 features of samples and
# of test images. A distance from finitely many images depends on their number and on chance. So we take three disjoint
# sets of equal size from each generator, compare each with as many test images, and report the mean, the smallest and
# the largest value. Real validation images show what to expect of a perfect generator.
#
# A second measure looks at each image by itself: the share of images for which the classifier is **certain**, that is,
# gives one class a probability above 99%.
# %% [markdown] lang="pt-BR"
# ## 1. Como comparar geradores
#
# Todos os geradores desta aula desenham dígitos. Usamos o MNIST porque um classificador pequeno lê dígitos reais com
# segurança. Nas roupas da aula 08 o classificador era menos confiável, e seus atributos seriam uma base mais fraca para
# a comparação.
#
# Como na aula 08, a medida é a **distância de Fréchet** ao quadrado entre os 64 atributos do classificador nas amostras
# e nas imagens de teste. Uma distância calculada com um número finito de imagens depende desse número e do acaso. Por
# isso tomamos três conjuntos disjuntos e de mesmo tamanho de cada gerador, comparamos cada um com outras tantas imagens
# de teste e informamos a média, o menor e o maior valor. Imagens reais de validação mostram o que esperar de um gerador
# perfeito.
#
# Uma segunda medida olha cada imagem separadamente: é a fração das imagens em que o classificador está **seguro**, isto
# é, dá a uma classe probabilidade acima de 99%.
# %%
mnist = data.mnist.load()
print(mnist.provenance)
pixels, source = mnist.x_train[..., None], mnist.source
n_val, n = len(pixels) // 12, settings.pick(quick=1300, class_=30_000, full=55_000)
x_train, y_train, x_val = pixels[:n].copy(), mnist.y_train[:n], pixels[-n_val:].copy()
x_test, y_test = mnist.x_test[..., None], mnist.y_test
del mnist, pixels  # frees memory  # pt: libera memória
BATCH = 128 if source == "real" else 32  # a small sample needs small batches
# pt: uma amostra pequena precisa de lotes pequenos
print(f"x_train {x_train.shape}, x_val {x_val.shape}, x_test {x_test.shape}")


# %%
def train(model, x, y, epochs, peak, loss=None):
    """Fit `model` with Adam and a cosine schedule with warm-up; return the history."""
    # pt: """Treina `model` com Adam e cronograma cosseno com aquecimento; devolve o histórico."""
    steps = epochs * -(-len(x) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - steps // 10, warmup_target=peak, warmup_steps=steps // 10
    )
    model.compile(keras.optimizers.Adam(rate), loss)
    return model.fit(x, y, batch_size=BATCH, epochs=epochs, verbose=0)


def run(model, x):
    """Output of `model` for all rows of `x`, a thousand at a time to save memory."""
    # pt: """Saída de `model` para todas as linhas de `x`, mil por vez, para poupar memória."""
    parts = [model(x[i : i + 1000], training=False) for i in range(0, len(x), 1000)]
    return np.concatenate([ops.convert_to_numpy(part) for part in parts])


# %%
keras.utils.set_random_seed(settings.seed())
classifier = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten()])
classifier.add(layers.Dense(256, "relu"))
classifier.add(layers.Dense(64, "relu", name="features"))
classifier.add(layers.Dense(10, "softmax"))
cross_entropy = keras.losses.SparseCategoricalCrossentropy()
train(classifier, x_train, y_train, settings.pick(quick=6, class_=4, full=20), 2e-3, cross_entropy)
features = keras.Model(classifier.inputs[0], classifier.get_layer("features").output)
accuracy = (run(classifier, x_test).argmax(axis=1) == y_test).mean()
print(f"classifier, test images: {text.number(accuracy, '.1%')} right")
# pt: f"classificador, imagens de teste: {text.number(accuracy, '.1%')} certas"


# %%
def frechet(a, b):
    """Squared Fréchet distance between the normal distributions fitted to the rows of `a` and `b`."""
    # pt: """Distância de Fréchet ao quadrado entre as normais ajustadas às linhas de `a` e de `b`."""
    a, b = a.astype("float64"), b.astype("float64")
    cov_a, cov_b = np.cov(a.T), np.cov(b.T)
    values, vectors = np.linalg.eigh(cov_a)
    root = vectors * np.sqrt(values.clip(0)) @ vectors.T
    overlap = np.sqrt(np.linalg.eigvalsh(root @ cov_b @ root).clip(0)).sum()
    return float(((a.mean(axis=0) - b.mean(axis=0)) ** 2).sum() + np.trace(cov_a + cov_b) - 2 * overlap)


SETS, SIZE = 3, settings.pick(quick=40, class_=1000, full=1500)


def distances(images):
    """Fréchet distance of each of `SETS` disjoint sets of `SIZE` images to as many test images."""
    # pt: """Distância de Fréchet de cada um de `SETS` conjuntos disjuntos de `SIZE` imagens a tantas imagens de teste."""
    drawn, real = run(features, images), run(features, x_test[: SETS * SIZE])
    return [frechet(*pair) for pair in zip(np.split(drawn, SETS), np.split(real, SETS))]


def share_certain(images):
    """Share of the images whose class has a probability above 99% for the classifier."""
    # pt: """Fração das imagens cuja classe tem probabilidade acima de 99% para o classificador."""
    return float((run(classifier, images).max(axis=1) > 0.99).mean())


# %%
labels = {
    "real": "real images",  # pt: "imagens reais"
    "vae": "VAE of lesson 08",  # pt: "VAE da aula 08"
    "independent": "codewords, independent",  # pt: "palavras-código, independentes"
    "causal": "codewords, causal model",  # pt: "palavras-código, modelo causal"
    "normal": "32 numbers, N(0, I)",  # pt: "32 números, N(0, I)"
    "fitted": "32 numbers, fitted normal",  # pt: "32 números, normal ajustada"
    "flow": "32 numbers, flow",  # pt: "32 números, fluxo"
    "map_fitted": "code map, fitted normal",  # pt: "mapa de códigos, normal ajustada"
    "map_flow": "code map, flow",  # pt: "mapa de códigos, fluxo"
}
samples, scores = {}, {}


def report(name, images):
    """Keeps the samples of a generator, and prints the mean and range of their distances."""
    # pt: """Guarda as amostras de um gerador e mostra a média e os extremos das distâncias."""
    samples[name], scores[name] = images, distances(images)
    mean, low, high = (text.number(f(scores[name]), ".1f") for f in (np.mean, min, max))
    print(f"{labels[name]}: {mean} ({low} – {high})")


report("real", x_val[: SETS * SIZE])
# %% tags=["claims"]
claims.check(source, judge_accuracy=accuracy, distance_real=np.mean(scores["real"]))


# %% [markdown] lang="en"
# The baseline is a VAE as in lesson 08: 8 latent dimensions, $\beta = 1$, codes from $\mathcal N(0, I)$. The sampling
# layer now adds the KL term itself, so `compile` and `fit` of a plain Keras model are enough.
# %% [markdown] lang="pt-BR"
# A linha de base é um VAE como o da aula 08: 8 dimensões latentes, $\beta = 1$, códigos de $\mathcal N(0, I)$. Agora a
# própria camada de amostragem soma o termo KL, de modo que bastam `compile` e `fit` de um modelo comum do Keras.
# %%
def mse(x, x_hat):
    """Mean squared error over pixels and images."""
    return float(np.mean((x - x_hat) ** 2))


def image_bce(x, x_hat):
    """Binary cross-entropy of each image: the SUM over its pixels."""
    # pt: """Entropia cruzada binária de cada imagem: a SOMA sobre os pixels."""
    return ops.sum(ops.binary_crossentropy(x, x_hat), axis=(1, 2, 3))


class Sampling(layers.Layer):
    """Draws z from N(mean, variance), and adds beta times the KL divergence to the loss."""

    # pt: """Sorteia z de N(média, variância) e soma beta vezes a divergência KL ao custo."""

    def __init__(self, beta, seed=7, **kwargs):
        super().__init__(**kwargs)
        self.beta, self.generator = beta, keras.random.SeedGenerator(seed)

    def call(self, cloud):
        mean, log_var = cloud
        kl = 0.5 * (ops.square(mean) + ops.exp(log_var) - 1 - log_var)
        self.add_loss(self.beta * ops.mean(ops.sum(kl, axis=list(range(1, len(mean.shape))))))
        return mean + ops.exp(log_var / 2) * keras.random.normal(ops.shape(mean), seed=self.generator)


# %%
def build_vae(latent_dim, beta, seed=7):
    """Encoder (to the mean), decoder and autoencoder of images, with a dense code."""
    # pt: """Codificador (até a média), decodificador e autoencoder de imagens, com código denso."""
    x = keras.Input((28, 28, 1))
    hidden = layers.Dense(128, "relu")(layers.Dense(256, "relu")(layers.Flatten()(x)))
    mean, log_var = (layers.Dense(latent_dim, name=name)(hidden) for name in ("mean", "log_var"))
    z = Sampling(beta, seed)([mean, log_var])
    decoder = keras.Sequential([keras.Input((latent_dim,)), layers.Dense(128, "relu")], name="decoder")
    decoder.add(layers.Dense(256, "relu"))
    decoder.add(layers.Dense(784, "sigmoid"))
    decoder.add(layers.Reshape((28, 28, 1)))
    return keras.Model(x, mean), decoder, keras.Model(x, decoder(z))


def normal(n, size, seed=0):
    """`n` draws of `size` numbers from N(0, I)."""
    # pt: """`n` sorteios de `size` números de N(0, I)."""
    rng = np.random.default_rng([settings.seed(), seed])
    return rng.standard_normal((n, size), dtype="float32")


# %%
keras.utils.set_random_seed(settings.seed())
epochs = settings.pick(quick=6, class_=8, full=40)
_, vae_decoder, vae = build_vae(latent_dim=8, beta=1.0, seed=settings.seed())
train(vae, x_train, x_train, epochs, 3e-3, image_bce)
report("vae", run(vae_decoder, normal(SETS * SIZE, 8)))
# %% tags=["claims"]
claims.check(source, distance_vae=np.mean(scores["vae"]))
# %% [markdown] lang="en"
# ## 2. Discrete codes with a codebook
#
# The codes so far were real numbers. A **vector-quantised VAE** (VQ-VAE; van den Oord and colleagues, 2017) uses symbols
# instead. Its encoder outputs a **code map**: here $7 \times 7$ vectors of 8 numbers, each for one region of the image.
# A **codebook** contains 64 **codewords** of the same length. Each vector is replaced by the nearest codeword $e_k$:
#
# $$q(z) = e_k, \qquad k = \arg\min_j \lVert z - e_j \rVert^2 .$$
#
# The decoder receives only codewords. An image is then a map of 49 symbols, just as a text is a sequence of words, and
# models of texts can learn to write such maps.
#
# How do we train this? A small change of $z$ does not change the nearest codeword, so the derivative of $q$ is zero
# almost everywhere and the encoder would learn nothing. The **straight-through gradient** uses the derivative with
# respect to $q$ as if it were the derivative with respect to $z$. In code, the output is `z + stop_gradient(q - z)`: its
# value is $q$, and its derivative with respect to $z$ is 1.
#
# This works only if $z$ and $q$ are close, and it does not move the codewords. Two more terms of the loss take care of
# that:
#
# $$\underbrace{\lVert \operatorname{sg}(z) - q \rVert^2}_{\text{codebook loss}} \; + \; 0.25 \underbrace{\lVert z - \operatorname{sg}(q) \rVert^2}_{\text{commitment loss}},$$
#
# where $\operatorname{sg}$ (`stop_gradient`) treats its argument as a constant. The first term pulls codewords towards
# the vectors that choose them, the second pulls vectors towards their codewords. Both are averaged over the map and get
# the weight 10, because the reconstruction loss is a sum over 784 pixels.
#
# **Predict:** the 64 codewords start close together near zero. How many will be in use after training?
# %% [markdown] lang="pt-BR"
# ## 2. Códigos discretos com um dicionário
#
# Até aqui os códigos eram números reais. Um **VAE com quantização vetorial** (VQ-VAE; van den Oord e colegas, 2017) usa
# símbolos. O codificador produz um **mapa de códigos**: aqui, $7 \times 7$ vetores de 8 números, um para cada região da
# imagem. Um **dicionário** (*codebook*) contém 64 **palavras-código** do mesmo comprimento. Cada vetor é substituído pela
# palavra-código $e_k$ mais próxima:
#
# $$q(z) = e_k, \qquad k = \arg\min_j \lVert z - e_j \rVert^2 .$$
#
# O decodificador só recebe palavras-código. Uma imagem passa a ser um mapa de 49 símbolos, assim como um texto é uma
# sequência de palavras, e modelos de texto podem aprender a escrever esses mapas.
#
# Como treinar isso? Uma pequena mudança em $z$ não altera a palavra-código mais próxima. Logo, a derivada de $q$ é zero
# em quase toda parte, e o codificador não aprenderia nada. O **gradiente direto** (*straight-through*) usa a derivada em
# relação a $q$ como se fosse a derivada em relação a $z$. No código, a saída é `z + stop_gradient(q - z)`: seu valor é
# $q$, e sua derivada em relação a $z$ é 1.
#
# Isso só funciona se $z$ e $q$ estiverem próximos e, além disso, não move as palavras-código. Dois outros termos do
# custo cuidam disso:
#
# $$\underbrace{\lVert \operatorname{sg}(z) - q \rVert^2}_{\text{custo do dicionário}} \; + \; 0{,}25 \underbrace{\lVert z - \operatorname{sg}(q) \rVert^2}_{\text{custo de compromisso}},$$
#
# em que $\operatorname{sg}$ (`stop_gradient`) trata o argumento como constante. O primeiro termo puxa as
# palavras-código para os vetores que as escolhem; o segundo puxa os vetores para suas palavras-código. Os dois são
# médias sobre o mapa e recebem peso 10, porque o custo de reconstrução é uma soma sobre 784 pixels.
#
# **Arrisque:** as 64 palavras-código começam muito próximas umas das outras, perto de zero. Quantas estarão em uso depois
# do treino?
# %%
COUNT, DEPTH = 64, 8  # codewords, and numbers in each  # pt: palavras-código e números em cada uma


def build_halves(depth):
    """Encoder from images to maps of 7 x 7 vectors of `depth` numbers, and decoder."""
    # pt: """Codificador de imagens a mapas de 7 x 7 vetores de `depth` números e decodificador."""
    encoder = keras.Sequential([keras.Input((28, 28, 1))], name="encoder")
    encoder.add(layers.Conv2D(16, 4, 2, "same", activation="relu"))
    encoder.add(layers.Conv2D(32, 4, 2, "same", activation="relu"))
    encoder.add(layers.Conv2D(depth, 1))
    decoder = keras.Sequential([keras.Input((7, 7, depth))], name="decoder")
    decoder.add(layers.Conv2D(32, 3, padding="same", activation="relu"))
    decoder.add(layers.Conv2DTranspose(16, 4, 2, "same", activation="relu"))
    decoder.add(layers.Conv2DTranspose(1, 4, 2, "same", activation="sigmoid"))
    return encoder, decoder


# %%
def nearest(z, codebook):
    """Index of the codeword nearest to each vector of `z`: shape of `z` without its last axis."""
    # pt: """Índice da palavra-código mais próxima de cada vetor de `z`: formato de `z` sem o último eixo."""
    flat = ops.reshape(z, (-1, codebook.shape[1]))
    # |z - e|^2 without the term |z|^2, which is the same for all codewords e.
    # pt: |z - e|^2 sem o termo |z|^2, que é o mesmo para todas as palavras-código e.
    distance = ops.sum(ops.square(codebook), axis=1) - 2 * ops.matmul(flat, ops.transpose(codebook))
    return ops.reshape(ops.argmin(distance, axis=1), ops.shape(z)[:-1])


# %%
class Quantiser(layers.Layer):
    """Replaces each vector by the nearest of `count` codewords, which learn by gradient descent."""

    # pt: """Troca cada vetor pela mais próxima de `count` palavras-código, que aprendem por gradiente."""

    learned = True

    def __init__(self, count, depth, weight=10.0, **kwargs):
        super().__init__(**kwargs)
        small = keras.initializers.RandomUniform(-1 / count, 1 / count)
        self.codebook = self.add_weight((count, depth), small, trainable=self.learned, name="codebook")
        self.weight, self.count = weight, count

    def call(self, z, training=False):
        index = nearest(z, self.codebook)
        q = ops.take(self.codebook, index, axis=0)
        codebook_loss = ops.mean(ops.sum(ops.square(ops.stop_gradient(z) - q), axis=-1))
        commitment = ops.mean(ops.sum(ops.square(z - ops.stop_gradient(q)), axis=-1))
        self.add_loss(self.weight * (codebook_loss + 0.25 * commitment))
        if training:
            self.update(z, index)
        return z + ops.stop_gradient(q - z)

    def update(self, z, index):
        """What happens to the codebook besides gradient descent: here nothing."""
        # pt: """O que acontece ao dicionário além da descida do gradiente: aqui, nada."""


# %% [markdown] lang="en"
# ### Codebook collapse, and two remedies
#
# A codeword that no vector chooses gets no gradient, so it usually stays unused. If most codewords end like this, we
# speak of **codebook collapse**. We measure it by the number of codewords in use and by the **perplexity** $2^H$, where
# $H = -\sum_k p_k \log_2 p_k$ is the entropy of the shares $p_k$. It is the effective number of codewords: 64 if all
# are equally frequent, 1 if a single one is used.
#
# We compare three ways to move the codewords:
#
# - **gradient:** Adam minimises the codebook loss;
# - **moving average:** a codeword becomes the average of the vectors that chose it in recent batches (Razavi and
#   colleagues, 2019);
# - **with resets:** in addition, a codeword that is almost never chosen jumps to a random vector of the batch.
# %% [markdown] lang="pt-BR"
# ### Colapso do dicionário e duas correções
#
# Uma palavra-código que nenhum vetor escolhe não recebe gradiente e quase sempre continua sem uso. Se isso acontece com
# a maioria, temos o **colapso do dicionário**. Nós o medimos pelo número de palavras-código em uso e pela
# **perplexidade** $2^H$, em que $H = -\sum_k p_k \log_2 p_k$ é a entropia das frações $p_k$. Ela é o número efetivo de
# palavras-código: 64 se todas são igualmente frequentes, 1 se só uma é usada.
#
# Comparamos três maneiras de mover as palavras-código:
#
# - **gradiente:** o Adam minimiza o custo do dicionário;
# - **média móvel:** a palavra-código passa a ser a média dos vetores que a escolheram nos últimos lotes (Razavi e
#   colegas, 2019);
# - **com reposição:** além disso, a palavra-código quase nunca escolhida salta para um vetor aleatório do lote.
# %%
def vq_autoencoder(quantiser, x, epochs):
    """Encoder, decoder and autoencoder with `quantiser` in between, trained on `x`."""
    # pt: """Codificador, decodificador e autoencoder com `quantiser` entre eles, treinados com `x`."""
    keras.utils.set_random_seed(settings.seed())
    encoder, decoder = build_halves(DEPTH)
    autoencoder = keras.Sequential([encoder, quantiser, decoder])
    train(autoencoder, x, x, epochs, 3e-3, image_bce)
    return encoder, decoder, autoencoder


def code_maps(x):
    """Maps of codewords of the images `x`, integers of shape (n, 7, 7)."""
    # pt: """Mapas de palavras-código das imagens `x`, inteiros de formato (n, 7, 7)."""
    return ops.convert_to_numpy(nearest(run(vq_encoder, x), quantiser.codebook)).astype("int32")


def used(codes):
    """Number of different codewords in `codes`, and their perplexity."""
    # pt: """Número de palavras-código diferentes em `codes` e sua perplexidade."""
    p = np.unique(codes, return_counts=True)[1] / codes.size
    return len(p), float(2 ** -(p * np.log2(p)).sum())


# %%
class MovingAverage(Quantiser):
    """Each codeword is the moving average of the vectors that chose it; no gradient."""

    # pt: """Cada palavra-código é a média móvel dos vetores que a escolheram; sem gradiente."""

    learned = False

    def __init__(self, count, depth, **kwargs):
        super().__init__(count, depth, **kwargs)
        self.chosen = self.add_weight((count,), "ones", trainable=False, name="chosen")
        self.total = self.add_weight((count, depth), "zeros", trainable=False, name="total")
        self.total.assign(self.codebook)

    def update(self, z, index):
        one_hot = ops.one_hot(ops.reshape(index, (-1,)), self.count, dtype=z.dtype)
        vectors = ops.reshape(z, (-1, z.shape[-1]))
        self.chosen.assign(0.99 * self.chosen + 0.01 * ops.sum(one_hot, axis=0))
        self.total.assign(0.99 * self.total + 0.01 * ops.matmul(ops.transpose(one_hot), vectors))
        self.codebook.assign(self.total / ops.maximum(self.chosen, 1e-3)[:, None])


# %%
class Resetting(MovingAverage):
    """As before; codewords that are hardly ever chosen move to random vectors of the batch."""

    # pt: """Como antes; palavras-código quase nunca escolhidas vão para vetores aleatórios do lote."""

    def update(self, z, index):
        super().update(z, index)
        vectors = keras.random.shuffle(ops.reshape(z, (-1, z.shape[-1])))[: self.count]
        dead = self.chosen < 0.3
        self.codebook.assign(ops.where(dead[:, None], vectors, self.codebook))
        self.total.assign(ops.where(dead[:, None], vectors, self.total))
        self.chosen.assign(ops.where(dead, 1.0, self.chosen))


# %%
epochs = settings.pick(quick=6, class_=3, full=30)
kinds = {"gradient": Quantiser, "moving average": MovingAverage, "with resets": Resetting}
# pt: "gradiente", "média móvel", "com reposição"
rows = []
for name, kind in kinds.items():
    quantiser = kind(COUNT, DEPTH, name="quantiser")
    vq_encoder, vq_decoder, vq = vq_autoencoder(quantiser, x_train, epochs)
    rows.append((name, *used(code_maps(x_val)), mse(x_val, run(vq, x_val))))
# %%
header = "codebook learns by", "codewords used", "perplexity", "MSE"
# pt: "dicionário aprende por", "palavras-código usadas", "perplexidade"
formats = "s", ".0f", ".1f", ".4f"
shown = [(row[0], *(text.number(v, f) for v, f in zip(row[1:], formats[1:]))) for row in rows]
text.table(header, shown, "Validation images, 64 codewords")  # pt: "Imagens de validação, 64 palavras-código"
# %% tags=["claims"]
by_gradient, by_average, by_reset = rows
claims.check(
    source,
    used_gradient=by_gradient[1],
    perplexity_gradient=by_gradient[2],
    perplexity_average=by_average[2],
    perplexity_reset=by_reset[2],
    mse_gradient=by_gradient[3],
    mse_reset=by_reset[3],
)


# %% [markdown] lang="en"
# Compare the rows. Without remedy, the codebook has {{ used_gradient }} codewords in use, with a perplexity of
# {{ perplexity_gradient }}. Moving averages alone do not help: the perplexity is {{ perplexity_average }}, because a
# codeword that is never chosen has nothing to average. **Resets bring the codebook into use**: the perplexity rises to
# {{ perplexity_reset }}. The squared error shows this less clearly. In our runs it was {{ mse_reset.min }} to
# {{ mse_reset.max }} with resets, and {{ mse_gradient.min }} to {{ mse_gradient.max }} by gradient: a moving average follows
# slowly in so short a training. We continue with the resets, because they use most of the codebook.
#
# Now we check the straight-through gradient. We change one number of $z$ in the middle of the map and measure the slope
# of the loss by a **finite difference**. **Predict:** what is the slope in $z$, and what is it in $q$?
# %% [markdown] lang="pt-BR"
# Compare as linhas. Sem correção, o dicionário tem {{ used_gradient }} palavras-código em uso, com perplexidade de
# {{ perplexity_gradient }}. A média móvel sozinha não ajuda: a perplexidade é {{ perplexity_average }}, pois uma
# palavra-código nunca escolhida não tem de que tirar a média. **A reposição põe o dicionário em uso**: a perplexidade sobe para
# {{ perplexity_reset }}. O erro quadrático mostra isso com menos clareza. Em nossas execuções, ele foi de
# {{ mse_reset.min }} a {{ mse_reset.max }} com reposição e de {{ mse_gradient.min }} a {{ mse_gradient.max }} por
# gradiente: a média móvel acompanha devagar em um treino tão curto. Seguimos com a reposição, porque ela usa a maior
# parte do dicionário.
#
# Agora conferimos o gradiente direto. Mudamos um número de $z$ no meio do mapa e medimos a inclinação do custo por uma
# **diferença finita**. **Arrisque:** qual é a inclinação em $z$? E em $q$?
# %%
def slope(function, at, place, step=0.02):
    """Central finite difference of `function` in one number of `at`."""
    # pt: """Diferença finita central de `function` em um número de `at`."""
    change = np.zeros_like(at)
    change[place] = step
    return float(function(at + change) - function(at - change)) / (2 * step)


def loss_of(q):
    """Reconstruction loss of the first test image from the map `q`."""
    # pt: """Custo de reconstrução da primeira imagem de teste a partir do mapa `q`."""
    return image_bce(x_test[:1], vq_decoder(q))[0]


# %%
z, place = run(vq_encoder, x_test[:1]), (0, 3, 3, 0)
q = np.asarray(quantiser(z))
with tf.GradientTape() as tape:
    given = tf.Variable(z)
    loss = loss_of(quantiser(given))
straight = float(tape.gradient(loss, given)[place])
by_z = slope(lambda z: loss_of(quantiser(z)), z, place)
by_q = slope(loss_of, q, place)
for name, value in {
    "finite difference in z": by_z,  # pt: "diferença finita em z"
    "finite difference in q": by_q,  # pt: "diferença finita em q"
    "straight-through gradient in z": straight,  # pt: "gradiente straight-through em z"
}.items():
    print(f"{name}: {text.number(value, '.3f')}")
# %% tags=["claims"]
claims.check(source, straight_gap=abs(straight - by_q) / abs(by_q))


# %% [markdown] lang="en"
# The true slope in $z$ is zero: the codeword does not change. The straight-through gradient equals the slope in $q$, up
# to the error of the finite difference. It is not the gradient of the loss, but a useful direction: it says how the
# chosen codeword should change, and the encoder moves $z$ that way.
# %% [markdown] lang="pt-BR"
# A inclinação verdadeira em $z$ é zero: a palavra-código não muda. O gradiente direto é igual à inclinação em $q$, a
# menos do erro da diferença finita. Ele não é o gradiente do custo, mas uma direção útil: diz como a palavra-código
# escolhida deveria mudar, e o codificador move $z$ nesse sentido.
# %% [markdown] lang="en"
# ## 3. A prior over code maps
#
# The decoder turns any map of codewords into an image. Which maps should we draw? We need a **prior** over maps. The
# simplest one counts how often each codeword occurs at each position, and draws all positions **independently**.
#
# A **causal model** does better. It reads the map like a text, row by row, and predicts each codeword from those before
# it. By the chain rule of probability, the product of its predictions is the probability of the map:
#
# $$p(k_1, \dots, k_{49}) = \prod_i p(k_i \mid k_1, \dots, k_{i-1}).$$
#
# $-\log_2 p$ is the number of **bits** that an ideal compressor based on this model needs for the map. The loss of the
# model, the cross-entropy, is the same quantity in another unit: Keras reports the mean over the 49 positions, in nats.
# Multiply it by 49 and divide by $\ln 2$ to get bits per image. Fewer bits on held-out images mean a better prior.
#
# Our causal model is a small version of PixelCNN (van den Oord and colleagues, 2016): convolutions whose weights for
# later positions are set to zero. The first one must also hide the position itself, because that is what the model has to
# predict.
# %% [markdown] lang="pt-BR"
# ## 3. Uma distribuição a priori sobre mapas de códigos
#
# O decodificador transforma qualquer mapa de palavras-código em imagem. Que mapas devemos sortear? Precisamos de uma
# **distribuição a priori** sobre mapas. A mais simples conta com que frequência cada palavra-código ocorre em cada
# posição e sorteia todas as posições de modo **independente**.
#
# Um **modelo causal** faz melhor. Ele lê o mapa como um texto, linha por linha, e prevê cada palavra-código a partir das
# anteriores. Pela regra da cadeia, o produto das previsões é a probabilidade do mapa:
#
# $$p(k_1, \dots, k_{49}) = \prod_i p(k_i \mid k_1, \dots, k_{i-1}).$$
#
# $-\log_2 p$ é o número de **bits** que um compressor ideal baseado nesse modelo gasta com o mapa. O custo do modelo, a
# entropia cruzada, é a mesma grandeza em outra unidade: o Keras informa a média sobre as 49 posições, em nats.
# Multiplique-a por 49 e divida por $\ln 2$ para obter os bits por imagem. Menos bits em imagens não vistas significam
# uma distribuição a priori melhor.
#
# Nosso modelo causal é uma versão pequena da PixelCNN (van den Oord e colegas, 2016): convoluções cujos pesos para
# posições posteriores são zerados. A primeira precisa esconder também a própria posição, pois é ela que o modelo deve
# prever.
# %%
codes_train, codes_test = code_maps(x_train), code_maps(x_test)


def draw(p, rng):
    """An index for each row of probabilities in the last axis of `p`."""
    # pt: """Um índice para cada linha de probabilidades no último eixo de `p`."""
    steps = p.cumsum(axis=-1)
    return (steps > rng.random((*p.shape[:-1], 1)) * steps[..., -1:]).argmax(axis=-1)


def bits(p, codes):
    """Bits of each code map: the sum over its positions of -log2 of the codeword's probability."""
    # pt: """Bits de cada mapa: soma, nas posições, de -log2 da probabilidade da palavra-código."""
    chosen = np.take_along_axis(np.broadcast_to(p, (*codes.shape, p.shape[-1])), codes[..., None], -1)
    return -np.log2(chosen).sum(axis=(1, 2, 3))


def decode_map(codes):
    """Images decoded from maps of codewords."""
    # pt: """Imagens decodificadas de mapas de palavras-código."""
    return run(vq_decoder, ops.convert_to_numpy(quantiser.codebook)[codes])


# %%
rng = np.random.default_rng(settings.seed())
counts = np.stack([(codes_train == k).sum(axis=0) for k in range(COUNT)], axis=-1)
frequency = (counts + 1) / (len(codes_train) + COUNT)  # at least one of each  # pt: ao menos uma de cada
maps = draw(np.broadcast_to(frequency, (SETS * SIZE, *frequency.shape)), rng)
report("independent", decode_map(maps))


# %%
def causal_mask(size, sees_itself):
    """1 for the weights of earlier positions (and of the position itself, if it may be seen), else 0."""
    # pt: """1 nos pesos das posições anteriores (e da própria, se puder ser vista), 0 nos demais."""
    mask = np.ones((size, size), "float32")
    middle = size // 2
    mask[middle, middle + sees_itself :] = 0
    mask[middle + 1 :] = 0
    return mask


class CausalConv(layers.Conv2D):
    """A convolution that sees earlier positions only: the rows above, and the left of its row."""

    # pt: """Convolução que só vê posições anteriores: as linhas acima e a esquerda da sua linha."""

    def __init__(self, filters, size, sees_itself, **kwargs):
        super().__init__(filters, size, padding="same", **kwargs)
        self.mask = causal_mask(size, sees_itself)[..., None, None]

    def call(self, x):
        z = ops.conv(x, self.kernel * self.mask, padding="same") + self.bias
        return self.activation(z)


# %%
def build_prior(count, width):
    """Causal model from maps of codewords to logits of the codeword at each position."""
    # pt: """Modelo causal, de mapas de palavras-código aos logits da palavra em cada posição."""
    codes = keras.Input((None, 7), dtype="int32")
    hidden = CausalConv(width, 7, False, activation="relu")(layers.Embedding(count, 16)(codes))
    for _ in range(3):
        hidden = layers.Add()([hidden, CausalConv(width, 3, True, activation="relu")(hidden)])
    return keras.Model(codes, layers.Conv2D(count, 1)(hidden), name="prior")


def probabilities(prior, codes):
    """Probability of each codeword at each position of the maps `codes`."""
    # pt: """Probabilidade de cada palavra-código em cada posição dos mapas `codes`."""
    return ops.convert_to_numpy(ops.softmax(run(prior, codes)))


def draw_maps(prior, n, rng):
    """`n` maps, drawn position by position, each given those before."""
    # pt: """`n` mapas, sorteados posição por posição, cada uma dadas as anteriores."""
    codes = np.zeros((n, 7, 7), "int32")
    for row in range(7):
        for column in range(7):
            p = probabilities(prior, codes[:, : row + 1])
            codes[:, row, column] = draw(p[:, row, column], rng)
    return codes


# %%
keras.utils.set_random_seed(settings.seed())
prior = build_prior(COUNT, 64)
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
train(prior, codes_train, codes_train, settings.pick(quick=3, class_=3, full=30), 3e-3, cross_entropy)
# %% [markdown] lang="en"
# A model that could see the future would have a low loss and be useless for drawing. So we test: we change one codeword
# in the middle of a map, and see which predictions change.
# %% [markdown] lang="pt-BR"
# Um modelo que visse o futuro teria custo baixo e seria inútil para sortear. Por isso testamos: mudamos uma
# palavra-código no meio de um mapa e vemos quais previsões mudam.
# %%
changed = codes_test[:1].copy()
changed[0, 3, 3] = (changed[0, 3, 3] + 1) % COUNT
change = probabilities(prior, changed) - probabilities(prior, codes_test[:1])
for row in np.abs(change).max(axis=-1)[0] > 0:
    print(" ".join(".X"[int(seen)] for seen in row))
# %%
maps = draw_maps(prior, SETS * SIZE, rng)
report("causal", decode_map(maps))
# %%
cost = {
    "uniform": 49 * np.log2(COUNT),
    "independent": bits(frequency, codes_test).mean(),
    "causal": bits(probabilities(prior, codes_test), codes_test).mean(),
}
names = "no model", "independent frequencies", "causal model"
# pt: "sem modelo", "frequências independentes", "modelo causal"
for name, value in zip(names, cost.values()):
    print(f"{name}: {text.number(value, '.1f')} bits, {text.number(value / 8, '.1f')} bytes")
# %% [markdown] lang="en"
# Without any model, a map takes {{ bits_uniform }} bits. Independent frequencies reduce this to {{ bits_independent }}
# bits, because the margins are nearly always blank. The causal model needs {{ bits_causal }} bits on test images. This
# compression of the map is lossless. **A good prior is also a good compressor.**
#
# The samples below show what the bits mean. Independent codewords give strokes without connection: each piece is
# plausible, but they do not fit together. The causal model draws connected strokes, many of which are digits. The
# Fréchet distance falls from {{ distance_independent }} to {{ distance_causal }}.
# %% [markdown] lang="pt-BR"
# Sem modelo nenhum, um mapa ocupa {{ bits_uniform }} bits. As frequências independentes reduzem isso a
# {{ bits_independent }} bits, porque as margens quase sempre estão em branco. O modelo causal precisa de
# {{ bits_causal }} bits nas imagens de teste. Essa compressão do mapa não perde nada. **Uma boa distribuição a priori é
# também um bom compressor.**
#
# As amostras abaixo mostram o que os bits significam. Palavras-código independentes dão traços sem ligação: cada pedaço é
# plausível, mas eles não combinam. O modelo causal desenha traços ligados, muitos dos quais são dígitos. A distância de
# Fréchet cai de {{ distance_independent }} para {{ distance_causal }}.
# %%
plot.image_rows(
    {labels[name]: images[:12, ..., 0] for name, images in samples.items()},
    alt="Four rows of twelve images: real digits; soft digits of the VAE; broken strokes and specks from independent codewords; connected strokes from the causal model, some of them digits.",
    # pt: "Quatro linhas de doze imagens: dígitos reais; dígitos borrados do VAE; traços quebrados e manchas das palavras-código independentes; traços ligados do modelo causal, alguns deles dígitos."
)
# %% tags=["claims"]
claims.check(
    source,
    bits_uniform=cost["uniform"],
    bits_independent=cost["independent"],
    bits_causal=cost["causal"],
    distance_independent=np.mean(scores["independent"]),
    distance_causal=np.mean(scores["causal"]),
)


# %% [markdown] lang="en"
# ## 4. Denoising in steps: flow matching
#
# Continuous codes have no finite list of symbols. **Diffusion models** (Ho and colleagues, 2020) and **flow matching**
# (Lipman and colleagues, 2023) draw them in another way: start from noise and remove it in small steps. We use flow
# matching, which has the simpler formulas, in a code of 32 numbers. The autoencoder is a VAE with a weak KL term,
# $\beta = 0.1$: it keeps details, and the term only keeps the codes at a moderate scale.
#
# **The path.** Join each code $z$ with a random noise vector $\varepsilon \sim \mathcal N(0, I)$ by a straight line:
#
# $$z_t = (1 - t)\, \varepsilon + t\, z, \qquad 0 \le t \le 1 .$$
#
# At $t = 0$ this is noise, at $t = 1$ the code. The weights $t$ and $1 - t$ are the **noise schedule**: given $z$, the
# noisy code has mean $t z$ and variance $(1-t)^2$.
#
# **What is predicted.** A network gets $z_t$ and $t$, and guesses the clean code $z$, with a squared error. It is a
# **denoising autoencoder** as in lesson 04, but for codes, and for all strengths of noise at once. Many codes could have
# led to the same $z_t$, so the network learns their mean.
#
# **Sampling.** On its line a point moves with velocity $z - \varepsilon$. Since $\varepsilon = (z_t - t z) / (1 - t)$,
# this is $(z - z_t) / (1 - t)$. So the guess $\hat z$ gives a velocity:
#
# $$v(z_t, t) = \frac{\hat z(z_t, t) - z_t}{1 - t} .$$
#
# Draw noise, and follow this velocity from $t = 0$ to $t = 1$ in $n$ Euler steps: $z \leftarrow z + v(z, t) / n$. This
# motion is called a **flow**. Lipman and colleagues prove that, with the exact mean velocity and ever smaller steps, it
# carries the distribution of the noise to that of the codes.
#
# The network is small: three dense layers. Codes are centred and divided by their standard deviation first, so that they
# have the scale of the noise.
# %% [markdown] lang="pt-BR"
# ## 4. Remover ruído em passos: *flow matching*
#
# Códigos contínuos não têm uma lista finita de símbolos. **Modelos de difusão** (Ho e colegas, 2020) e o **flow matching**
# (Lipman e colegas, 2023) os sorteiam de outro modo: começam com ruído e o removem em passos pequenos. Usamos o *flow
# matching*, que tem as fórmulas mais simples, em um código de 32 números. O autoencoder é um VAE com termo KL fraco,
# $\beta = 0{,}1$: ele guarda detalhes, e o termo só mantém os códigos em uma escala moderada.
#
# **O caminho.** Ligue cada código $z$ a um vetor de ruído $\varepsilon \sim \mathcal N(0, I)$ por uma reta:
#
# $$z_t = (1 - t)\, \varepsilon + t\, z, \qquad 0 \le t \le 1 .$$
#
# Em $t = 0$ temos ruído; em $t = 1$, o código. Os pesos $t$ e $1 - t$ são o **cronograma de ruído**: dado $z$, o código
# ruidoso tem média $t z$ e variância $(1-t)^2$.
#
# **O que se prevê.** Uma rede recebe $z_t$ e $t$ e prevê o código limpo $z$, com erro quadrático. Ela é um **autoencoder
# de remoção de ruído** como o da aula 04, mas para códigos e para todas as intensidades de ruído ao mesmo tempo. Muitos
# códigos podem ter levado ao mesmo $z_t$; por isso a rede aprende a média deles.
#
# **Amostragem.** Em sua reta, um ponto se move com velocidade $z - \varepsilon$. Como
# $\varepsilon = (z_t - t z) / (1 - t)$, ela vale $(z - z_t) / (1 - t)$. Assim, a previsão $\hat z$ dá uma velocidade:
#
# $$v(z_t, t) = \frac{\hat z(z_t, t) - z_t}{1 - t} .$$
#
# Sorteie ruído e siga essa velocidade de $t = 0$ a $t = 1$ em $n$ passos de Euler: $z \leftarrow z + v(z, t) / n$. Esse
# movimento se chama **fluxo**. Lipman e colegas provam que, com a velocidade média exata e passos cada vez menores, ele
# leva a distribuição do ruído à dos códigos.
#
# A rede é pequena: três camadas densas. Antes centramos os códigos e os dividimos pelo desvio padrão, para que tenham a
# escala do ruído.
# %%
def noisy(z, noise, t):
    """Points at the fraction `t` of the straight lines from `noise` (t = 0) to the codes `z` (t = 1)."""
    # pt: """Pontos na fração `t` das retas de `noise` (t = 0) aos códigos `z` (t = 1)."""
    return (1 - t) * noise + t * z


def clock(t):
    """Nine functions of the time t, shape (n, 1), that show the network small differences of it."""
    # pt: """Nove funções do tempo t, de formato (n, 1), que mostram à rede pequenas diferenças."""
    angles = np.pi * t * 2.0 ** np.arange(4)
    return np.concatenate([t, np.sin(angles), np.cos(angles)], axis=1)


def guess(denoiser, z, t):
    """Clean codes that `denoiser` guesses from the noisy codes `z` at the time `t` (one number)."""
    # pt: """Códigos limpos que `denoiser` prevê dos códigos ruidosos `z` no tempo `t` (um número)."""
    times = clock(np.full((len(z), 1), t))
    return run(denoiser, np.concatenate([z, times], axis=1).astype("float32"))


def velocity(denoiser, z, t):
    """Velocity at which the codes `z` move at the time `t` < 1."""
    # pt: """Velocidade com que os códigos `z` se movem no tempo `t` < 1."""
    return (guess(denoiser, z, t) - z) / (1 - t)


# %%
def train_denoiser(z, width, rounds):
    """Network from (noisy code, time) to clean code; each round draws new noise for every code."""
    # pt: """Rede de (código ruidoso, tempo) a código limpo; cada rodada sorteia novo ruído."""
    keras.utils.set_random_seed(settings.seed())
    denoiser = keras.Sequential([keras.Input((z.shape[1] + 9,))])
    for _ in range(3):
        denoiser.add(layers.Dense(width, "silu"))
    denoiser.add(layers.Dense(z.shape[1]))
    rate = keras.optimizers.schedules.CosineDecay(2e-3, rounds * -(-len(z) // BATCH))
    denoiser.compile(keras.optimizers.Adam(rate), "mse")
    rng = np.random.default_rng(settings.seed())
    for _ in range(rounds):
        t, noise = rng.random((len(z), 1)), rng.standard_normal(z.shape)
        inputs = np.concatenate([noisy(z, noise, t), clock(t)], axis=1)
        denoiser.fit(inputs.astype("float32"), z, batch_size=BATCH, verbose=0)
    return denoiser


def sample(denoiser, noise, steps):
    """Codes at t = 1, from `noise` at t = 0 in `steps` equal Euler steps."""
    # pt: """Códigos em t = 1, a partir de `noise` em t = 0, em `steps` passos de Euler iguais."""
    z = noise
    for i in range(steps):
        z = z + velocity(denoiser, z, i / steps) / steps
    return z


# %%
keras.utils.set_random_seed(settings.seed())
wide_encoder, wide_decoder, wide = build_vae(latent_dim=32, beta=0.1, seed=settings.seed())
train(wide, x_train, x_train, settings.pick(quick=6, class_=10, full=40), 3e-3, image_bce)
z_train, z_test = run(wide_encoder, x_train), run(wide_encoder, x_test)
mean, sd = z_train.mean(axis=0), z_train.std()


def unscaled(z):
    """Codes as the decoder expects them, from centred and scaled ones."""
    # pt: """Códigos como o decodificador espera, a partir dos centrados e padronizados."""
    return (mean + sd * z).astype("float32")


denoiser = train_denoiser((z_train - mean) / sd, 256, settings.pick(quick=4, class_=15, full=100))
noise = normal(SETS * SIZE, 32)
root = np.linalg.cholesky(np.cov(z_train.T)).T
report("normal", run(wide_decoder, noise))
report("fitted", run(wide_decoder, (mean + noise @ root).astype("float32")))
report("flow", run(wide_decoder, unscaled(sample(denoiser, noise, 20))))
# %% [markdown] lang="en"
# How does an image form? In the next picture the first row decodes the code $z_t$ of one sample at eleven times. The
# second row decodes the network's guess $\hat z$ at that time.
#
# **Predict:** what does the network guess at $t = 0$, when it sees only noise?
# %% [markdown] lang="pt-BR"
# Como se forma uma imagem? Na próxima figura, a primeira linha decodifica o código $z_t$ de uma amostra em onze instantes.
# A segunda decodifica a previsão $\hat z$ da rede nesse instante.
#
# **Arrisque:** o que a rede prevê em $t = 0$, quando só vê ruído?
# %%
times = np.linspace(0, 1, 11)
path, guesses, z = [], [], noise[:1]
for t in times:
    path.append(run(wide_decoder, unscaled(z)))
    guesses.append(run(wide_decoder, unscaled(guess(denoiser, z, t))))
    if t < 1:
        z = z + velocity(denoiser, z, t) / 10
rows = {"code at t": path, "guess": guesses}  # pt: "código em t", "previsão"
rows = {name: np.concatenate(images)[..., 0] for name, images in rows.items()}
plot.image_rows(
    rows,
    alt="Eleven images: the code's row goes from a disturbed shape to a digit; the row of guesses from a grey blur to the same digit, which it reaches earlier.",
    # pt: "Onze imagens: a linha do código vai de uma forma perturbada a um dígito; a das previsões, de um borrão cinza ao mesmo dígito, que ela alcança antes."
)
# %% [markdown] lang="en"
# At $t = 0$ the best guess is the mean of all codes, so one single step gives almost the same image for every noise
# vector. With each step the guess becomes more definite, until the two rows meet.
#
# How many steps are needed? The next table shows the three distances for each number of steps.
# %% [markdown] lang="pt-BR"
# Em $t = 0$, a melhor previsão é a média de todos os códigos; por isso um único passo dá quase a mesma imagem para qualquer
# ruído. A cada passo a previsão fica mais definida, até que as duas linhas se encontram.
#
# Quantos passos são necessários? A próxima tabela mostra as três distâncias para cada número de passos.
# %%
by_steps = {}
for steps in settings.pick(quick=(1, 20), class_=(1, 2, 5, 20, 50), full=(1, 2, 5, 20, 50)):
    by_steps[steps] = distances(run(wide_decoder, unscaled(sample(denoiser, noise, steps))))
    print(f"{steps:3}", *(text.number(d, ".1f") for d in by_steps[steps]), sep="   ")
# %% [markdown] lang="en"
# One step is useless, a few steps are much better, and after about twenty there is little to gain. Each step needs one
# run of the network, so **more steps give better samples but take longer**.
#
# ## 5. The code map, and latent diffusion
#
# A dense code of 32 numbers loses details. The code map keeps more: here $7 \times 7$ vectors of 4 real numbers, 196 in
# all. The network is that of section 2, with the weak KL term in place of the quantiser. We train the same kind of flow
# on its codes, only wider, and sample in 50 steps.
#
# This is **latent diffusion** (Rombach and colleagues, 2022), the principle of Stable Diffusion, in miniature. The
# autoencoder is trained first and then kept fixed. The generator works only with its code map.
#
# The division of labour has a reason. Most of the numbers in an image describe details that the eye hardly notices, and
# a generator of pixels would spend most of its effort on them. Ours works with a quarter of the numbers. In Stable
# Diffusion it is 1/48: a $512 \times 512$ image with three colours becomes a map of $64 \times 64 \times 4$ numbers.
#
# The limit is also clear: **what the decoder cannot draw, the generator cannot draw either**. This is one reason why
# early systems drew small text and faces in the background badly.
# %% [markdown] lang="pt-BR"
# Um passo não serve para nada, poucos passos são muito melhores, e depois de uns vinte quase não há ganho. Cada passo
# exige uma execução da rede; assim, **mais passos dão amostras melhores, mas demoram mais**.
#
# ## 5. O mapa de códigos e a difusão latente
#
# Um código denso de 32 números perde detalhes. O mapa de códigos guarda mais: aqui, $7 \times 7$ vetores de 4 números
# reais, 196 no total. A rede é a da seção 2, com o termo KL fraco no lugar do quantizador. Treinamos o mesmo tipo de
# fluxo com seus códigos, apenas mais largo, e amostramos em 50 passos.
#
# Isso é **difusão latente** (Rombach e colegas, 2022), o princípio do Stable Diffusion, em miniatura. O autoencoder é
# treinado primeiro e depois fica fixo. O gerador trabalha só com o mapa de códigos.
#
# A divisão de trabalho tem um motivo. A maior parte dos números de uma imagem descreve detalhes que o olho mal percebe, e
# um gerador de pixels gastaria neles quase todo o esforço. O nosso trabalha com um quarto dos números. No Stable Diffusion
# é 1/48: uma imagem de $512 \times 512$ em três cores vira um mapa de $64 \times 64 \times 4$ números.
#
# O limite também é claro: **o que o decodificador não consegue desenhar, o gerador também não desenha**. Esse é um dos
# motivos de textos pequenos e rostos ao fundo saírem errados nos primeiros sistemas.
# %%
keras.utils.set_random_seed(settings.seed())
body, _ = build_halves(depth=8)  # four means, four log-variances  # pt: quatro médias, quatro log-variâncias
map_decoder = build_halves(depth=4)[1]
x = keras.Input((28, 28, 1))
map_mean, map_log_var = ops.split(body(x), 2, axis=-1)
z = Sampling(0.1, settings.seed())([map_mean, map_log_var])
map_encoder, map_vae = keras.Model(x, map_mean), keras.Model(x, map_decoder(z))
train(map_vae, x_train, x_train, settings.pick(quick=3, class_=4, full=30), 3e-3, image_bce)
# %%
z_map = run(map_encoder, x_train).reshape(-1, 196)
map_mean, map_sd = z_map.mean(axis=0), z_map.std()
map_denoiser = train_denoiser((z_map - map_mean) / map_sd, 512, settings.pick(quick=4, class_=12, full=100))
noise = normal(SETS * SIZE, 196)


def maps_to_images(z):
    """Images decoded from code maps in rows of 196 numbers."""
    # pt: """Imagens decodificadas de mapas de códigos em linhas de 196 números."""
    return run(map_decoder, z.astype("float32").reshape(-1, 7, 7, 4))


root = np.linalg.cholesky(np.cov(z_map.T) + 1e-6 * np.eye(196)).T
root = np.linalg.cholesky(np.cov(z_map.T) + 1e-6 * np.eye(196)).T
report("map_fitted", maps_to_images(map_mean + noise @ root))
report("map_flow", maps_to_images(map_mean + map_sd * sample(map_denoiser, noise, 50)))
# %%
rows = []
for name, d in scores.items():
    values = *(text.number(f(d), ".1f") for f in (np.mean, min, max)), share_certain(samples[name])
    rows.append((labels[name], *values[:-1], text.number(values[-1], ".1%")))
header = "generator", "Fréchet distance", "smallest", "largest", "classifier certain"
# pt: "gerador", "menor", "maior", "classificador seguro"
text.table(header, rows, "Three sets of samples of each generator")
# pt: "Três conjuntos de amostras de cada gerador"
plot.image_rows(
    {labels[name]: images[:12, ..., 0] for name, images in samples.items()},
    alt="Nine rows of twelve images, one for each generator: both flows draw the clearest digits; N(0, I) gives faint, fitted normals broken ones.",
    # pt: "Nove linhas de doze imagens, uma por gerador: os dois fluxos desenham os dígitos mais claros; N(0, I) dá dígitos fracos, e as normais ajustadas, quebrados."
)
# %% tags=["claims"]
claims.check(
    source,
    distance_normal=np.mean(scores["normal"]),
    distance_fitted=np.mean(scores["fitted"]),
    distance_flow=np.mean(scores["flow"]),
    distance_map_fitted=np.mean(scores["map_fitted"]),
    distance_map_flow=np.mean(scores["map_flow"]),
    certain_real=share_certain(samples["real"]),
    certain_flow=share_certain(samples["flow"]),
    certain_map_flow=share_certain(samples["map_flow"]),
)


# %% [markdown] lang="en"
# The table compares all generators with the same sets of test images:
#
# - **A model of the codes helps.** With the same decoder of 32 numbers, the distance is {{ distance_normal }} for codes
#   from $\mathcal N(0, I)$, {{ distance_fitted }} for a fitted normal and {{ distance_flow }} for the flow. The VAE of
#   lesson 08 has {{ distance_vae }}, real images {{ distance_real }}.
# - **The code map gains detail.** Its flow has a distance of {{ distance_map_flow }}, a fitted normal
#   {{ distance_map_fitted }}. The classifier is certain of {{ certain_map_flow }} of the samples, against
#   {{ certain_flow }} for the flow in 32 numbers.
# - **A small distance is not enough.** Both flows are about as close to the test images as real validation images are.
#   Yet the classifier is certain of far more real images: {{ certain_real }}. The distance compares only means and
#   covariances of whole sets, so good and bad samples can balance. A value below that of real images does not mean
#   better images. Neither measure would notice copies of training images. Look at the rows: some samples of each
#   generator are not digits.
#
# ### Explore
#
# Choose the number of steps, and another draw of the noise. From how many steps on do you see no more change? Which
# draws give no digit, with any number of steps?
# %% [markdown] lang="pt-BR"
# A tabela compara todos os geradores com os mesmos conjuntos de imagens de teste:
#
# - **Modelar os códigos ajuda.** Com o mesmo decodificador de 32 números, a distância é {{ distance_normal }} com
#   códigos de $\mathcal N(0, I)$, {{ distance_fitted }} com uma normal ajustada e {{ distance_flow }} com o fluxo. O
#   VAE da aula 08 tem {{ distance_vae }}; imagens reais, {{ distance_real }}.
# - **O mapa de códigos ganha detalhes.** Seu fluxo tem distância de {{ distance_map_flow }}; uma normal ajustada,
#   {{ distance_map_fitted }}. O classificador está seguro em {{ certain_map_flow }} das amostras, contra
#   {{ certain_flow }} com o fluxo em 32 números.
# - **Uma distância pequena não basta.** Os dois fluxos ficam mais ou menos tão perto das imagens de teste quanto
#   imagens reais de validação. Mas o classificador está seguro em muito mais imagens reais: {{ certain_real }}. A
#   distância só compara médias e covariâncias de conjuntos inteiros; por isso amostras boas e ruins podem se compensar.
#   Um valor abaixo do das imagens reais não significa imagens melhores. Nenhuma das duas medidas notaria cópias de
#   imagens de treino. Olhe as linhas: algumas amostras de cada gerador não são dígitos.
#
# ### Explore
#
# Escolha o número de passos e outro sorteio do ruído. A partir de quantos passos você não vê mais mudança? Que sorteios
# não dão um dígito com nenhum número de passos?
# %%
def digits_in(seed, steps):
    """Eight images from the noise of `seed`, in `steps` steps."""
    # pt: """Oito imagens a partir do ruído de `seed`, em `steps` passos."""
    return run(wide_decoder, unscaled(sample(denoiser, normal(8, 32, seed), steps)))[..., 0]


explore.image_generators.steps(digits_in)
# %% [markdown] lang="en"
# Now paint on a code map. The brush leaves its codeword wherever it moves. Which codewords give a blank background? Can
# you turn a 7 into a 2, or write a digit on an empty map? How far around a painted position does the image change?
# %% [markdown] lang="pt-BR"
# Agora pinte um mapa de códigos. O pincel deixa sua palavra-código por onde passa. Quais palavras-código dão fundo
# branco? Você consegue transformar um 7 em um 2 ou escrever um dígito em um mapa vazio? Até que distância da posição
# pintada a imagem muda?
# %%
explore.image_generators.paint(codes_test[:20], lambda codes: decode_map(codes)[..., 0], COUNT)
# %% [markdown] lang="en"
# ## Check yourself
#
# Answer first, then open.
#
# **1.** Why can the encoder of a VQ-VAE not be trained with the true gradient?
#
# <details><summary>Answer</summary>A small change of z leaves the nearest codeword as it is, so the derivative of the chosen codeword with respect to z is zero almost everywhere. The straight-through gradient uses the derivative with respect to q instead.</details>
#
# **2.** What does the commitment loss do, and what happens without it?
#
# <details><summary>Answer</summary>It pulls the encoder's vectors towards the codewords that they chose. Without it the vectors may grow and move faster than the codewords can follow; then z and q are far apart, and the straight-through gradient is a poor direction.</details>
#
# **3.** A codebook of 512 codewords has a perplexity of 12. How many bits does a codeword carry on average, at most?
#
# <details><summary>Answer</summary>log2 of 12, about 3.6 bits instead of 9: most of the codebook is hardly used. If neighbouring codewords depend on each other, it is even less.</details>
#
# **4.** A causal model reports 3 bits per image and draws nonsense. What do you check?
#
# <details><summary>Answer</summary>Whether it sees its own answer: the first convolution must hide the position itself, and no convolution may see later positions. Change one codeword and see which predictions change.</details>
#
# **5.** Why is one Euler step not enough, although every training line is straight?
#
# <details><summary>Answer</summary>The lines of many pairs cross. At a crossing the network learns their mean velocity. At t = 0 this points to the mean of all codes, so the path of a sample is curved although each line is straight.</details>
#
# **6.** Which part of a latent diffusion model decides how sharp the strokes can be at best?
#
# <details><summary>Answer</summary>The decoder of the autoencoder. The generator chooses codes; it cannot draw what the decoder cannot.</details>
# %% [markdown] lang="pt-BR"
# ## Teste-se
#
# Responda primeiro, abra depois.
#
# **1.** Por que o codificador de um VQ-VAE não pode ser treinado com o gradiente verdadeiro?
#
# <details><summary>Resposta</summary>Uma pequena mudança em z não altera a palavra-código mais próxima; por isso a derivada da palavra escolhida em relação a z é zero em quase toda parte. O gradiente direto usa em seu lugar a derivada em relação a q.</details>
#
# **2.** O que faz o custo de compromisso, e o que acontece sem ele?
#
# <details><summary>Resposta</summary>Ele puxa os vetores do codificador para as palavras-código que escolheram. Sem ele, os vetores podem crescer e mover-se mais depressa do que as palavras-código conseguem acompanhar; z e q ficam distantes, e o gradiente direto vira uma direção ruim.</details>
#
# **3.** Um dicionário de 512 palavras-código tem perplexidade 12. Quantos bits, em média, uma palavra-código carrega no
# máximo?
#
# <details><summary>Resposta</summary>log2 de 12, cerca de 3,6 bits em vez de 9: a maior parte do dicionário quase não é usada. Se palavras-código vizinhas dependem umas das outras, são ainda menos.</details>
#
# **4.** Um modelo causal informa 3 bits por imagem e desenha coisas sem sentido. O que você verifica?
#
# <details><summary>Resposta</summary>Se ele vê a própria resposta: a primeira convolução precisa esconder a própria posição, e nenhuma pode ver posições posteriores. Mude uma palavra-código e veja quais previsões mudam.</details>
#
# **5.** Por que um único passo de Euler não basta, embora todos os caminhos de treino sejam retas?
#
# <details><summary>Resposta</summary>As retas de muitos pares se cruzam. No cruzamento, a rede aprende a velocidade média. Em t = 0 ela aponta para a média de todos os códigos; por isso o caminho de uma amostra é curvo, embora os de treino sejam retas.</details>
#
# **6.** Que parte de um modelo de difusão latente decide a nitidez máxima dos traços?
#
# <details><summary>Resposta</summary>O decodificador do autoencoder. O gerador escolhe códigos; ele não desenha o que o decodificador não consegue desenhar.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# The cell below each exercise checks your answer at once. Call, for example, `check.two_halves.hint()` for a hint, and
# call it again for a clearer one.
#
# ### Find the bug
#
# An assistant wrote a very small causal model. It reports fewer bits per image than the model of section 3, but its
# samples show no digits. Correct the program. In `noticed`, write in one sentence how you would have noticed the mistake.
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# A célula abaixo de cada exercício verifica sua resposta na hora. Chame, por exemplo, `check.two_halves.hint()` para ver
# uma dica; chame de novo para uma dica mais clara.
#
# ### Encontre o erro
#
# Um assistente escreveu um modelo causal bem pequeno. Ele informa menos bits por imagem que o modelo da seção 3, mas suas
# amostras não mostram dígitos. Corrija o programa. Em `noticed`, escreva em uma frase como você teria notado o erro.
# %% exercise="bug" role="answer"
mask = np.ones((7, 7), "float32")
mask[3, 4:] = 0  # nothing to the right  # pt: nada à direita
mask[4:] = 0  # nothing below  # pt: nada abaixo
keras.utils.set_random_seed(settings.seed())
first = CausalConv(32, 7, False, activation="relu")
first.mask = mask[..., None, None]
codes = keras.Input((None, 7), dtype="int32")
hidden = first(layers.Embedding(COUNT, 16)(codes))
assisted = keras.Model(codes, layers.Conv2D(COUNT, 1)(hidden))
train(assisted, codes_train[:10_000], codes_train[:10_000], 2, 1e-2, cross_entropy)
mean_bits = bits(probabilities(assisted, codes_test), codes_test).mean()
print(f"{mean_bits:.0f} bits")
noticed = ""
### BEGIN SOLUTION
mask = np.ones((7, 7), "float32")
mask[3, 3:] = 0  # the position itself, and everything to the right  # pt: a própria posição e tudo à direita
mask[4:] = 0
noticed = (
    "It reports fewer bits than the larger model of section 3, which no network of one layer can do without seeing the answer."
    # pt: "Ele informa menos bits que o modelo maior da seção 3, o que uma rede de uma camada só consegue vendo a resposta."
)
### END SOLUTION
# %% exercise="bug" role="check"
from exercises import image_generators as check

check.find_bug(mask, noticed)
# check.find_bug.hint()
# %% [markdown] lang="en"
# ### Exercise 1: two images in one map
#
# Join the code maps of the first two test images (in MNIST a 7 and a 2): rows 0 to 3 of `codes_test[0]` above rows 4 to
# 6 of `codes_test[1]`. Decode the result into `hybrid`, one image. Which digit do you see? Why is the seam smoother
# than a cut between pixels?
# %% [markdown] lang="pt-BR"
# ### Exercício 1: duas imagens em um mapa
#
# Junte os mapas de códigos das duas primeiras imagens de teste (no MNIST, um 7 e um 2): as linhas 0 a 3 de
# `codes_test[0]` acima das linhas 4 a 6 de `codes_test[1]`. Decodifique o resultado em `hybrid`, uma só imagem. Que
# dígito você vê? Por que a emenda é mais suave que um corte entre pixels?
# %% exercise="1" role="answer"
hybrid = None
### BEGIN SOLUTION
joined = np.concatenate([codes_test[0][:4], codes_test[1][4:]])
hybrid = decode_map(joined[None])[0]
# Each output of the decoder depends on several neighbouring codewords, so it mixes both sides of the seam.
# pt: Cada saída do decodificador depende de várias palavras-código vizinhas; por isso mistura os dois lados da emenda.
### END SOLUTION
# %% exercise="1" role="check"
check.two_halves(hybrid, codes_test, x_test, decode_map)
# check.two_halves.hint()
if check.two_halves.done:
    shown = np.stack([*x_test[:2, ..., 0], np.reshape(hybrid, (28, 28))])
    plot.image_rows(
        {"first, second, joined": shown},  # pt: "primeira, segunda, unidas"
        alt="The first two test images, and the image decoded from the joined map.",
        # pt: "As duas primeiras imagens de teste e a imagem decodificada do mapa unido."
    )
# %% [markdown] lang="en"
# ### Exercise 2: where are the bits?
#
# Compute the mean number of bits that the causal model needs for **each position**, over all test maps, as an array
# `bits_map` of shape (7, 7). Its sum must be the number of bits per image. Which positions are expensive? Are they the
# same for the independent frequencies?
# %% [markdown] lang="pt-BR"
# ### Exercício 2: onde estão os bits?
#
# Calcule quantos bits, em média sobre todos os mapas de teste, o modelo causal gasta em **cada posição**, como uma
# matriz `bits_map` de formato (7, 7). A soma deve ser o número de bits por imagem. Que posições são caras? São as
# mesmas que com as frequências independentes?
# %% exercise="2" role="answer"
bits_map = None
### BEGIN SOLUTION
p = np.take_along_axis(probabilities(prior, codes_test), codes_test[..., None], axis=-1)[..., 0]
bits_map = -np.log2(p).mean(axis=0)
# The middle is expensive. The causal model saves most where a stroke continues from above or from the left.
# pt: O meio é caro. O modelo causal economiza mais onde um traço continua de cima ou da esquerda.
### END SOLUTION
# %% exercise="2" role="check"
check.bits_by_position(bits_map, probabilities(prior, codes_test), codes_test)
# check.bits_by_position.hint()
if check.bits_by_position.done:
    chosen = np.take_along_axis(
        np.broadcast_to(frequency, (*codes_test.shape, COUNT)), codes_test[..., None], -1
    )
    for values in (bits_map, -np.log2(chosen[..., 0]).mean(axis=0)):
        print(np.round(np.asarray(values), 1), "\n")
# %% [markdown] lang="en"
# ### Exercise 3: variations of an image
#
# Many image editors based on diffusion do not begin with pure noise. They add some noise to the code of a given image,
# and denoise from there. Do this for the codes `z_ten` of ten test images: begin at $t = 0.5$ with
# `noisy(z_ten, noise_ten, 0.5)`, and go to $t = 1$ in 25 steps of size 1/50. Put the codes into `varied`, shape (10,
# 32). What changes in the images? Try another beginning than 0.5 afterwards.
# %% [markdown] lang="pt-BR"
# ### Exercício 3: variações de uma imagem
#
# Muitos editores de imagem baseados em difusão não começam com puro ruído. Eles somam algum ruído ao código de uma
# imagem dada e removem o ruído a partir daí. Faça isso com os códigos `z_ten` de dez imagens de teste: comece em
# $t = 0{,}5$ com `noisy(z_ten, noise_ten, 0.5)` e vá até $t = 1$ em 25 passos de tamanho 1/50. Guarde os códigos em
# `varied`, de formato (10, 32). O que muda nas imagens? Depois experimente outro começo em vez de 0,5.
# %% exercise="3" role="answer"
z_ten, noise_ten = (z_test[:10] - mean) / sd, normal(10, 32, seed=1)
varied = None
### BEGIN SOLUTION
varied = noisy(z_ten, noise_ten, 0.5)
for i in range(25):
    varied = varied + velocity(denoiser, varied, 0.5 + i / 50) / 50
# At t = 0.5 the noisy code still decides the coarse shape. The earlier the beginning, the freer the result.
# pt: Em t = 0,5, o código ruidoso ainda decide a forma geral. Quanto antes o começo, mais livre o resultado.
### END SOLUTION
# %% exercise="3" role="check"
check.variations(varied, z_ten, noise_ten, lambda z, t: velocity(denoiser, z, t))
# check.variations.hint()
if check.variations.done:
    plot.image_rows(
        {
            "code of the image": run(wide_decoder, z_test[:10])[..., 0],  # pt: "código da imagem"
            "variation": run(wide_decoder, unscaled(np.asarray(varied)))[..., 0],  # pt: "variação"
        },
        alt="Two rows of ten digits: each variation resembles the image above it.",
        # pt: "Duas linhas de dez dígitos: cada variação lembra a imagem acima dela."
    )


# %% [markdown] lang="en"
# ## Summary
#
# - A generator of images can have two parts: an autoencoder that makes codes, and a model of how codes are distributed.
# - A VQ-VAE replaces each vector of a code map by the nearest codeword. The straight-through gradient trains the encoder
#   through this choice; codebook and commitment loss keep vectors and codewords close.
# - Codebook collapse shows in usage and perplexity, not in the loss. In this lesson resets brought unused codewords back;
#   moving averages alone did not.
# - A causal model of code maps is a generator and a compressor. Its cross-entropy, summed over the positions, gives the
#   bits per image.
# - Flow matching learns the mean velocity from noise to codes. One step gives the mean; a few steps give samples.
# - In latent diffusion the generator works in the code of a fixed autoencoder, whose decoder limits the quality.
# - Compare generators with sets of equal size, and show the spread and the value of real images.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - Um gerador de imagens pode ter duas partes: um autoencoder, que produz códigos, e um modelo de como os códigos se
#   distribuem.
# - Um VQ-VAE troca cada vetor do mapa de códigos pela palavra-código mais próxima. O gradiente direto treina o codificador
#   através dessa escolha; os custos do dicionário e de compromisso mantêm próximos vetores e palavras-código.
# - O colapso do dicionário aparece no uso e na perplexidade, não no custo. Nesta aula, a reposição devolveu ao uso
#   palavras-código mortas; a média móvel sozinha, não.
# - Um modelo causal de mapas de códigos é gerador e compressor. Sua entropia cruzada, somada sobre as posições, dá os
#   bits por imagem.
# - O *flow matching* aprende a velocidade média do ruído aos códigos. Um passo dá a média; poucos passos dão amostras.
# - Na difusão latente, o gerador trabalha no código de um autoencoder fixo, cujo decodificador limita a qualidade.
# - Compare geradores com conjuntos de mesmo tamanho e mostre a dispersão e o valor das imagens reais.
# %% [markdown] lang="en"
# ## Going further
#
# ### Bytes per image
#
# A map of 49 symbols, each one of 64, takes $49 \cdot 6 / 8$ bytes, that is {{ bytes_codes }}. Is this a good way to
# spend them? We compare at similar sizes:
#
# - **PCA**, with 8 bits for each component;
# - **a continuous code** of 32 numbers with 8 bits each, from a VAE with a KL weight of only 0.1;
# - **JPEG and WebP** files. Their headers are larger than our codes, so we count only the bytes beyond those of a blank
#   image.
#
# The weights of the networks and the components of PCA are not counted. Sender and receiver must have them.
# %% [markdown] lang="pt-BR"
# ## Para ir além
#
# ### Bytes por imagem
#
# Um mapa de 49 símbolos, cada um entre 64, ocupa $49 \cdot 6 / 8$ bytes, isto é, {{ bytes_codes }}. É uma boa forma de
# gastá-los? Comparamos em tamanhos parecidos:
#
# - **PCA**, com 8 bits por componente;
# - **um código contínuo** de 32 números com 8 bits cada, de um VAE com peso KL de apenas 0,1;
# - arquivos **JPEG e WebP**. Seus cabeçalhos são maiores que nossos códigos; por isso contamos só os bytes além dos de
#   uma imagem em branco.
#
# Os pesos das redes e os componentes da PCA não entram na conta. O remetente e o destinatário precisam tê-los.
# %%
def eight_bits(z, z_train):
    """Each column of `z` rounded to 256 levels over the range of `z_train`."""
    # pt: """Cada coluna de `z` arredondada a 256 níveis na faixa de `z_train`."""
    low, high = z_train.min(axis=0), z_train.max(axis=0)
    levels = np.round(255 * (z - low) / (high - low)).clip(0, 255)
    return (low + levels / 255 * (high - low)).astype("float32")


# %%
def compressed(images, kind, quality):
    """Mean bytes of image files beyond those of a blank image, and the MSE."""
    # pt: """Média de bytes dos arquivos além dos de uma imagem em branco e o MSE."""
    sizes, errors = [], []
    for image in (255 * np.concatenate([0 * images[:1], images])[..., 0]).round().astype("uint8"):
        file = io.BytesIO()
        Image.fromarray(image).save(file, kind, quality=quality)
        sizes.append(file.tell())
        errors.append(np.mean((np.asarray(Image.open(file).convert("L")) / 255.0 - image / 255.0) ** 2))
    return np.mean(sizes[1:]) - sizes[0], np.mean(errors[1:])


# %%
curves = {"PCA": [], "JPEG": [], "WebP": []}
pca = PCA(64, random_state=0).fit(x_train.reshape(-1, 784))
a_train, a = pca.transform(x_train.reshape(-1, 784)), pca.transform(x_test.reshape(-1, 784))
for k in (4, 8, 16, 32, 64):
    x_hat = pca.mean_ + eight_bits(a, a_train)[:, :k] @ pca.components_[:k]
    curves["PCA"].append((k, mse(x_test.reshape(-1, 784), x_hat)))
for kind in ("JPEG", "WebP"):
    for quality in (1, 5, 10, 20, 40):
        curves[kind].append(compressed(x_test[:500], kind, quality))
map_bytes = 49 * np.log2(COUNT) / 8  # bits over eight  # pt: bits por oito
points = {
    "codewords": (map_bytes, mse(x_test, run(vq, x_test))),
    "numbers": (32, mse(x_test, run(wide_decoder, eight_bits(z_test, z_train)))),
}
# %%
fig, ax = plt.subplots(figsize=(9, 4.8))
for (name, curve), style in zip(curves.items(), ("s-", "^--", "v:")):
    ax.plot(*zip(*curve), style, label=name)
ax.plot(*points["codewords"], "D", markersize=12, label="codewords")  # pt: "palavras-código"
ax.plot(*points["numbers"], "o", markersize=12, label="32 numbers")  # pt: "32 números"
ax.set(xscale="log", yscale="log", xlabel="bytes per image", ylabel="MSE")  # pt: "bytes por imagem"
ax.legend(frameon=False)
plot.show(
    fig,
    alt="Error over bytes, both axes logarithmic: PCA highest; codewords and 32 numbers slightly below the JPEG curve; WebP lowest, from about 60 bytes on.",
    # pt: "Erro em função dos bytes, eixos logarítmicos: PCA mais alta; palavras-código e 32 números um pouco abaixo da curva do JPEG; WebP mais baixo, a partir de uns 60 bytes."
)
plot.image_rows(
    {
        "original": x_test[:12, ..., 0],
        "codewords": run(vq, x_test[:12])[..., 0],  # pt: "palavras-código"
        "32 numbers": run(wide, x_test[:12])[..., 0],  # pt: "32 números"
    },
    alt="Twelve test digits and both reconstructions: codewords keep the strokes sharp, 32 numbers are slightly softer.",
    # pt: "Doze dígitos de teste e as duas reconstruções: as palavras-código mantêm os traços nítidos; os 32 números são um pouco mais suaves."
)
# %% tags=["claims"]
claims.check(
    source,
    bytes_codes=map_bytes,
    mse_codes=points["codewords"][1],
    mse_numbers=points["numbers"][1],
    mse_pca32=curves["PCA"][3][1],
    bytes_webp=curves["WebP"][0][0],
    mse_webp=curves["WebP"][0][1],
)


# %% [markdown] lang="en"
# At about the same size, the codewords have a squared error of {{ mse_codes }}, the 32 numbers {{ mse_numbers }}, and
# PCA with 32 components {{ mse_pca32 }}. JPEG comes close to the networks. WebP, the more recent format, makes no files
# this small; at its lowest quality it needs {{ bytes_webp }} bytes, with a much smaller error ({{ mse_webp }}). So
# learned codes do not win by themselves. What counts here is that they can be modelled: with the causal model of
# section 3 a map takes only {{ bits_causal }} bits instead of {{ bits_uniform }}, at the same error.
#
# ### Asking for a class: guidance
#
# The flow can also see the label. **Classifier-free guidance** (Ho and Salimans, 2022) trains one network with and
# without labels: in every fifth example the label is replaced by zeros. When sampling, it makes both guesses and
# multiplies their difference by a weight $w$:
#
# $$\hat z = \hat z_{\text{without}} + w\, (\hat z_{\text{with}} - \hat z_{\text{without}}).$$
#
# With $w = 0$ the label has no effect, $w = 1$ follows the training data, and $w > 1$ draws typical examples of the class.
# **Predict:** what happens to the Fréchet distance for large $w$?
# %% [markdown] lang="pt-BR"
# Com aproximadamente o mesmo tamanho, as palavras-código têm erro quadrático de {{ mse_codes }}, os 32 números, de
# {{ mse_numbers }}, e a PCA com 32 componentes, de {{ mse_pca32 }}. O JPEG chega perto das redes. O WebP, formato mais
# recente, não produz arquivos tão pequenos; na menor qualidade precisa de {{ bytes_webp }} bytes, com um erro bem menor
# ({{ mse_webp }}). Códigos aprendidos, portanto, não são melhores por si sós. O que conta aqui é que podem ser
# modelados: com o modelo causal da seção 3, um mapa ocupa só {{ bits_causal }} bits em vez de {{ bits_uniform }}, com o
# mesmo erro.
#
# ### Pedir uma classe: orientação
#
# O fluxo pode ver também o rótulo. A **orientação sem classificador** (*classifier-free guidance*; Ho e Salimans, 2022)
# treina uma só rede com e sem rótulos: em um de cada cinco exemplos, o rótulo é trocado por zeros. Ao amostrar, ela faz
# as duas previsões e multiplica a diferença por um peso $w$:
#
# $$\hat z = \hat z_{\text{sem}} + w\, (\hat z_{\text{com}} - \hat z_{\text{sem}}).$$
#
# Com $w = 0$ o rótulo não tem efeito, $w = 1$ segue os dados de treino, e $w > 1$ desenha exemplos típicos da classe.
# **Arrisque:** o que acontece com a distância de Fréchet quando $w$ é grande?
# %%
def train_guided(z, labels, width, rounds):
    """Like `train_denoiser`; the network also sees the label, except in every fifth example."""
    # pt: """Como `train_denoiser`; a rede vê também o rótulo, exceto em um de cada cinco exemplos."""
    keras.utils.set_random_seed(settings.seed())
    guided = keras.Sequential([keras.Input((z.shape[1] + 19,))])
    for _ in range(3):
        guided.add(layers.Dense(width, "silu"))
    guided.add(layers.Dense(z.shape[1]))
    rate = keras.optimizers.schedules.CosineDecay(2e-3, rounds * -(-len(z) // BATCH))
    guided.compile(keras.optimizers.Adam(rate), "mse")
    rng = np.random.default_rng(settings.seed())
    for _ in range(rounds):
        t, noise = rng.random((len(z), 1)), rng.standard_normal(z.shape)
        shown = labels * (rng.random((len(z), 1)) > 0.2)
        inputs = np.concatenate([noisy(z, noise, t), clock(t), shown], axis=1)
        guided.fit(inputs.astype("float32"), z, batch_size=BATCH, verbose=0)
    return guided


# %%
def sample_guided(guided, noise, labels, weight, steps=20):
    """Codes of the classes `labels` (one-hot): guess without label + weight x effect of the label."""
    # pt: """Códigos das classes `labels` (one-hot): previsão sem rótulo + weight x efeito do rótulo."""
    z = noise
    for i in range(steps):
        times = clock(np.full((len(z), 1), i / steps))
        with_label, without = (
            run(guided, np.concatenate([z, times, shown], axis=1).astype("float32"))
            for shown in (labels, 0 * labels)
        )
        z = z + (without + weight * (with_label - without) - z) / (steps - i)
    return z


# %%
one_hot = np.eye(10, dtype="float32")
rounds = settings.pick(quick=4, class_=10, full=100)
guided = train_guided((z_train - mean) / sd, one_hot[y_train], 256, rounds)
asked = np.arange(SETS * SIZE) % 10
pages, rows = {}, []
for weight in (0, 1, 2, 4):
    z = sample_guided(guided, normal(SETS * SIZE, 32), one_hot[asked], weight)
    images = run(wide_decoder, unscaled(z))
    right = (run(classifier, images).argmax(axis=1) == asked).mean()
    rows.append((f"{weight}", text.number(right, ".1%"), text.number(np.mean(distances(images)), ".1f")))
    pages[f"w = {weight}"] = images[:10, ..., 0]
text.table(("guidance w", "classified as asked", "Fréchet distance"), rows, "Samples with guidance")
# pt: "orientação w", "classificadas como pedido", "Amostras com orientação"
plot.image_rows(
    pages,
    alt="Ten samples for each weight: at 0 unrelated to the requested digit; from 1 on the digits 0 to 9, at 4 mostly bold.",
    # pt: "Dez amostras por peso: com 0, sem relação com o dígito pedido; a partir de 1, os dígitos de 0 a 9; com 4, quase todos fortes."
)
# %% [markdown] lang="en"
# With $w = 0$ the distance is larger than that of the flow in section 4: this network is trained for fewer rounds, and
# sees only a fifth of the examples without their label. With $w = 1$ most samples are classified as asked. A larger
# weight makes the label clearer still, but the samples become alike: the Fréchet distance, which counts variety, grows.
#
# ### The noise schedule of diffusion models
#
# Diffusion models came before flow matching, and differ in three choices:
#
# | | flow matching, as here | diffusion (Ho and colleagues, 2020) |
# | --- | --- | --- |
# | noisy code | $z_t = t z + (1-t)\,\varepsilon$ | $z_t = \sqrt{\bar\alpha_t}\, z + \sqrt{1 - \bar\alpha_t}\,\varepsilon$ |
# | network predicts | clean code $z$ | noise $\varepsilon$ |
# | sampling | Euler steps, no further noise | many small steps, each adds a little noise |
#
# If the codes have variance 1, the second schedule keeps the variance of $z_t$ at 1 at all times; with the straight
# line it is smaller on the way. In papers on diffusion, time usually runs the other way: $\bar\alpha_t$ falls from 1 to
# nearly 0, and sampling goes from the last $t$ to 0. The predictions carry the same information: given $z_t$ and
# $0 < t < 1$, each of $z$, $\varepsilon$ and $z - \varepsilon$ can be computed from any other. So, after rescaling
# $z_t$ and the time, a network for one path can be used for the other, with either kind of sampling.
# %% [markdown] lang="pt-BR"
# Com $w = 0$, a distância é maior que a do fluxo da seção 4: esta rede treina menos rodadas e vê só um quinto dos
# exemplos sem rótulo. Com $w = 1$, a maioria das amostras é classificada como pedido. Um peso maior deixa o rótulo
# ainda mais claro, mas as amostras ficam parecidas: a distância de Fréchet, que conta a variedade, cresce.
#
# ### O cronograma de ruído dos modelos de difusão
#
# Os modelos de difusão vieram antes do *flow matching* e diferem em três escolhas:
#
# | | *flow matching*, como aqui | difusão (Ho e colegas, 2020) |
# | --- | --- | --- |
# | código ruidoso | $z_t = t z + (1-t)\,\varepsilon$ | $z_t = \sqrt{\bar\alpha_t}\, z + \sqrt{1 - \bar\alpha_t}\,\varepsilon$ |
# | a rede prevê | o código limpo $z$ | o ruído $\varepsilon$ |
# | amostragem | passos de Euler, sem mais ruído | muitos passos pequenos, cada um soma um pouco de ruído |
#
# Se os códigos têm variância 1, o segundo cronograma mantém a variância de $z_t$ em 1 o tempo todo; com a reta, ela é
# menor no meio do caminho. Nos artigos de difusão, o tempo costuma correr no sentido contrário: $\bar\alpha_t$ cai de 1
# até quase 0, e a amostragem vai do último $t$ até 0. As previsões trazem a mesma informação: dados $z_t$ e
# $0 < t < 1$, cada um entre $z$, $\varepsilon$ e $z - \varepsilon$ pode ser calculado a partir de qualquer outro.
# Assim, depois de ajustar a escala de $z_t$ e do tempo, uma rede feita para um caminho serve para o outro, com qualquer
# das duas formas de amostragem.
# %% [markdown] lang="en"
# ## References
#
# - A. van den Oord, O. Vinyals, K. Kavukcuoglu, *Neural discrete representation learning*, NIPS 2017.
# - A. van den Oord, N. Kalchbrenner, K. Kavukcuoglu, *Pixel recurrent neural networks*, ICML 2016.
# - A. Razavi, A. van den Oord, O. Vinyals, *Generating diverse high-fidelity images with VQ-VAE-2*, NeurIPS 2019.
# - J. Ho, A. Jain, P. Abbeel, *Denoising diffusion probabilistic models*, NeurIPS 2020.
# - Y. Lipman, R. T. Q. Chen, H. Ben-Hamu, M. Nickel, M. Le, *Flow matching for generative modeling*, ICLR 2023.
# - J. Ho, T. Salimans, *Classifier-free diffusion guidance*, 2022.
# - R. Rombach, A. Blattmann, D. Lorenz, P. Esser, B. Ommer, *High-resolution image synthesis with latent diffusion
#   models*, CVPR 2022.
# - M. Heusel et al., *GANs trained by a two time-scale update rule converge to a local Nash equilibrium*, NIPS 2017
#   (the FID).
#
# Next: lesson 11, what a code is good for. Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# ## Referências
#
# - A. van den Oord, O. Vinyals, K. Kavukcuoglu, *Neural discrete representation learning*, NIPS 2017.
# - A. van den Oord, N. Kalchbrenner, K. Kavukcuoglu, *Pixel recurrent neural networks*, ICML 2016.
# - A. Razavi, A. van den Oord, O. Vinyals, *Generating diverse high-fidelity images with VQ-VAE-2*, NeurIPS 2019.
# - J. Ho, A. Jain, P. Abbeel, *Denoising diffusion probabilistic models*, NeurIPS 2020.
# - Y. Lipman, R. T. Q. Chen, H. Ben-Hamu, M. Nickel, M. Le, *Flow matching for generative modeling*, ICLR 2023.
# - J. Ho, T. Salimans, *Classifier-free diffusion guidance*, 2022.
# - R. Rombach, A. Blattmann, D. Lorenz, P. Esser, B. Ommer, *High-resolution image synthesis with latent diffusion
#   models*, CVPR 2022.
# - M. Heusel et al., *GANs trained by a two time-scale update rule converge to a local Nash equilibrium*, NIPS 2017
#   (a FID).
#
# A seguir: a aula 11, para que serve um código. Código: [{{ repository }}]({{ repository }}), licença MIT; texto:
# CC BY 4.0.
