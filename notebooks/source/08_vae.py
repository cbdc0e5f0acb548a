# %% [markdown] lang="en"
# # Variational autoencoders: sampling new images
#
# [Open in Colab]({{ colab }}) · Lesson 08 · reading: {{ reading_minutes }} min · running: {{ minutes.class }} min
# (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# The decoder of lesson 02 turns two numbers into a digit. **If you choose the two numbers at random, do you get a new
# digit?** Often you don't. This lesson shows why, and trains an autoencoder whose latent space is made for sampling:
# the **variational autoencoder** (VAE).
#
# **After this lesson you can**
#
# - explain why the latent space of a plain autoencoder has gaps, and measure them;
# - build a VAE in Keras with two encoder outputs, a sampling layer and a loss of two terms;
# - explain the KL term, and check its formula by simulation;
# - choose the weight $\beta$ of that term, and recognise a common bug in VAE code;
# - generate images, and compare them with those of PCA and of a plain autoencoder.
#
# **Prerequisites:** lesson 02 (encoder, decoder, latent code, cross-entropy); mean, variance and the normal
# distribution.
# %% [markdown] lang="pt-BR"
# # Autoencoders variacionais: gerar imagens novas
#
# [Abrir no Colab]({{ colab }}) · Aula 08 · leitura: {{ reading_minutes }} min · execução: {{ minutes.class }} min
# (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# O decodificador da aula 02 transforma dois números em um dígito. **Se você escolher os dois números ao acaso, obterá
# um dígito novo?** Muitas vezes, não. Nesta aula veremos por quê e treinaremos um autoencoder cujo espaço latente é
# feito para a amostragem: o **autoencoder variacional** (VAE).
#
# **Ao final desta aula você saberá**
#
# - explicar por que o espaço latente de um autoencoder comum tem vazios e medir esses vazios;
# - montar um VAE em Keras com duas saídas no codificador, uma camada de amostragem e um custo de dois termos;
# - explicar o termo KL e conferir sua fórmula por simulação;
# - escolher o peso $\beta$ desse termo e reconhecer um erro comum em código de VAE;
# - gerar imagens e compará-las com as da PCA e as de um autoencoder comum.
#
# **Pré-requisitos:** aula 02 (codificador, decodificador, código latente, entropia cruzada); média, variância e
# distribuição normal.
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("08_vae")
# %% [markdown] lang="en"
# If every row of the table says *ok*, continue. Otherwise follow the advice in the last column. The next cell imports the libraries.
# %% [markdown] lang="pt-BR"
# Se todas as linhas da tabela disserem *ok*, continue. Se não, siga a orientação da última coluna. A próxima célula importa as
# bibliotecas.
# %%
import sys
import time
from statistics import NormalDist

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops
from matplotlib.patches import Ellipse
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from tqdm.keras import TqdmCallback

from utils import claims, data, explore, plot, settings, text
from utils.progress import tqdm

# %% [markdown] lang="en"
# ## 1. Sampling from a plain autoencoder
#
# **Sampling** means drawing random codes and decoding them. We try it first with the plain autoencoder of lesson 02:
# layers of 784 → 64 → 16 → 2 → 16 → 64 → 784 units, with a linear code. Its **latent dimension**, the number of
# values in a code, is 2.
# %% [markdown] lang="pt-BR"
# ## 1. Amostragem com um autoencoder comum
#
# **Amostrar** é sortear códigos e decodificá-los. Começamos com o autoencoder comum da aula 02: camadas de 784 → 64 →
# 16 → 2 → 16 → 64 → 784 unidades, com código linear. Sua **dimensão latente**, isto é, a quantidade de números em um
# código, é 2.
# %%
mnist = data.mnist.load()
print(mnist.provenance)
pixels = mnist.x_train.reshape(len(mnist.x_train), -1)
n_val = len(pixels) // 12
x_train, x_val = tf.constant(pixels[:-n_val]), pixels[-n_val:].copy()  # one tensor, made once
# pt: um só tensor, criado uma vez
y_train, y_val = mnist.y_train[:-n_val], mnist.y_train[-n_val:]
x_test, y_test = mnist.x_test.reshape(len(mnist.x_test), -1), mnist.y_test
source, digits = mnist.source, mnist.class_names
del mnist, pixels  # frees memory  # pt: libera memória
print(f"x_train {x_train.shape}, x_val {x_val.shape}, x_test {x_test.shape}")


# %%
def build_decoder(widths, latent_dim):
    """Decoder from codes to images, with the encoder's `widths` in reverse order."""
    # pt: """Decodificador de códigos a imagens, com os `widths` do codificador em ordem inversa."""
    decoder = keras.Sequential([keras.Input((latent_dim,))], name="decoder")
    for width in reversed(widths):
        decoder.add(layers.Dense(width, "relu"))
    decoder.add(layers.Dense(784, "sigmoid", name="x_hat"))
    return decoder


def build_plain(widths, latent_dim, name="model"):
    """Encoder, decoder and the plain autoencoder of both."""
    # pt: """Codificador, decodificador e o autoencoder comum formado pelos dois."""
    encoder = keras.Sequential([keras.Input((784,))], name="encoder")
    for width in widths:
        encoder.add(layers.Dense(width, "relu"))
    encoder.add(layers.Dense(latent_dim, name="code"))
    decoder = build_decoder(widths, latent_dim)
    return encoder, decoder, keras.Sequential([encoder, decoder], name=name)


# %% [markdown] lang="en"
# The loss is the binary cross-entropy of lesson 02 with one change. We **sum** it over the 784 pixels of an image,
# and average over images only. For the plain autoencoder this changes the unit and nothing else; divide by 784 to
# compare with lesson 02. For the VAE the sum will matter.
#
# Training works as in lesson 02: batches from one tensor, XLA compilation, and a cosine learning-rate schedule with a
# warm-up.
# %% [markdown] lang="pt-BR"
# O custo é a entropia cruzada binária da aula 02, com uma mudança: **somamos** sobre os 784 pixels da imagem e
# tiramos a média apenas entre as imagens. No autoencoder comum isso só muda a unidade; divida por 784 para comparar
# com a aula 02. No VAE, a soma fará diferença.
#
# O treino segue a aula 02: lotes de um só tensor, compilação com XLA e cronograma cosseno da taxa de aprendizado, com
# aquecimento.
# %%
def image_bce(x, x_hat):
    """Binary cross-entropy of each image: the SUM over its pixels."""
    # pt: """Entropia cruzada binária de cada imagem: a SOMA sobre os pixels."""
    return ops.sum(ops.binary_crossentropy(x, x_hat), axis=-1)


GPU = bool(tf.config.list_physical_devices("GPU"))
if GPU:
    tf.config.experimental.enable_op_determinism()
XLA = settings.pick(quick=False, class_=not GPU, full=not GPU)  # compiling takes longer than a short training
# pt: compilar demora mais que um treino curto
# The small sample needs small batches, or there would be too few steps.
# pt: A amostra pequena precisa de lotes pequenos; senão haveria passos de menos.
BATCH = 256 if source == "real" else 64
# True: load the networks that come with the course instead of training.
# pt: True: carrega as redes que acompanham o curso em vez de treinar.
PRETRAINED = False


# %%
def train(model, x, epochs, peak, x_held_out=None, prepare=lambda x, target: (x, target), xla=XLA):
    """Train `model` to reconstruct its input; return the history and the time in seconds."""
    # pt: """Treina `model` para reconstruir a entrada; devolve o histórico e o tempo em segundos."""
    steps = epochs * (len(x) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - steps // 10, warmup_target=peak, warmup_steps=steps // 10
    )
    adam = keras.optimizers.Adam(settings.pick(quick=rate, class_=rate, full=1e-3))
    model.compile(adam, image_bce, metrics=[image_bce], jit_compile=xla, steps_per_execution=40)
    start = time.perf_counter()
    if PRETRAINED and (history := data.weights.load(model)):
        return history, time.perf_counter() - start
    history = model.fit(
        data.batches(x, BATCH, seed=settings.seed()).map(prepare),
        validation_data=None if x_held_out is None else data.batches(x_held_out, len(x_held_out)),
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[TqdmCallback(epochs, verbose=0, tqdm_class=tqdm, file=sys.stdout)],
    )
    return history, time.perf_counter() - start


# %%
keras.utils.set_random_seed(settings.seed())
plain2_encoder, plain2_decoder, plain2 = build_plain((64, 16), 2, name="plain_2d")
epochs2 = settings.pick(quick=6, class_=16, full=100)
history_plain2, seconds_plain2 = train(plain2, x_train, epochs2, peak=1e-2, x_held_out=x_val)


# %% [markdown] lang="en"
# Now we draw codes in two ways: from the standard normal distribution $\mathcal N(0, I)$, and from a *fitted* normal
# distribution with the mean and covariance of the training codes.
#
# **Predict before you run:** what share of the images in each row will you be able to read?
# %% [markdown] lang="pt-BR"
# Agora sorteamos códigos de dois jeitos: da normal padrão $\mathcal N(0, I)$ e de uma normal *ajustada*, com a média
# e a covariância dos códigos de treino.
#
# **Antes de executar, arrisque:** que fração das imagens de cada linha você conseguirá ler?
# %%
def normal(n, latent_dim):
    """`n` codes from the standard normal distribution."""
    # pt: """`n` códigos da distribuição normal padrão."""
    return np.random.default_rng(settings.seed()).standard_normal((n, latent_dim), dtype="float32")


def fitted(z, n):
    """`n` codes from a normal distribution with the mean and covariance of the codes `z`."""
    # pt: """`n` códigos de uma normal com a média e a covariância dos códigos `z`."""
    root = np.linalg.cholesky(np.cov(z.T))
    return (z.mean(axis=0) + normal(n, z.shape[1]) @ root.T).astype("float32")


def decode(decoder, z):
    """Images, shape (n, 28, 28), decoded from the codes `z`."""
    # pt: """Imagens, de formato (n, 28, 28), decodificadas dos códigos `z`."""
    return np.asarray(decoder(z)).reshape(-1, 28, 28)


# %%
z_plain2 = np.asarray(plain2_encoder(x_train))
plot.image_rows(
    {
        "from N(0, I)": decode(plain2_decoder, normal(12, 2)),  # pt: "de N(0, I)"
        "fitted normal": decode(plain2_decoder, fitted(z_plain2, 12)),
    },
    alt="Two rows of twelve images: in the first mostly 2, 3, 5 and 8; the second more varied, with some that show no digit.",
    # pt: "Duas linhas de doze imagens: na primeira, quase só 2, 3, 5 e 8; a segunda varia mais e tem algumas que não são dígitos."
)
plain2_sd = z_plain2.std(axis=0).max()
text.say("largest standard deviation of the codes: {:.1f}", plain2_sd)
# pt: "maior desvio padrão dos códigos: {:.1f}"
# %% tags=["claims"]
claims.check(source, plain2_sd=plain2_sd)


# %% [markdown] lang="en"
# Several images in both rows are readable. The first row, however, repeats a few digits. The codes of this network
# have a standard deviation of up to {{ plain2_sd }}, so $\mathcal N(0, I)$ covers only a small region of its latent
# space. The second row is more varied, but some of its images show no digit.
#
# The loss rewards good reconstructions **at the codes of the training images** and ignores all other points. A latent
# space for sampling needs three properties:
#
# - **a known distribution:** we know where to draw codes;
# - **completeness:** every code from that distribution decodes to a plausible image;
# - **continuity:** neighbouring codes decode to similar images.
#
# ## 2. The idea: encode an image as a distribution
#
# Kingma and Welling, and independently Rezende, Mohamed and Wierstra, proposed the VAE in 2014. For each image the
# encoder outputs a normal distribution $q(z|x)$, called the approximate **posterior**: a mean $\mu$ and a variance
# $\sigma^2$ for each latent dimension. The decoder receives a random point of it:
#
# $$z = \mu + \sigma \cdot \varepsilon, \qquad \varepsilon \sim \mathcal N(0, I).$$
#
# The decoder receives a different point each time, so it must reconstruct the same image in a whole neighbourhood of
# $\mu$. This encourages continuity. A second loss term pulls all these distributions towards one known distribution,
# the **prior** $\mathcal N(0, I)$. This gives a distribution to draw from and leaves less room for gaps.
#
# Gradients cannot flow through random sampling. They can flow through $\mu + \sigma\varepsilon$, because
# $\varepsilon$ depends on no weight. Writing the sample in this way is the **reparameterisation trick**.
#
# The network outputs $\log \sigma^2$ (`z_log_var`) instead of $\sigma$. A logarithm may have any sign, and $\sigma =
# e^{\log(\sigma^2)/2}$ is always positive.
# %% [markdown] lang="pt-BR"
# Nas duas linhas há imagens legíveis. A primeira, porém, repete poucos dígitos: o desvio padrão dos códigos desta
# rede chega a {{ plain2_sd }}, e $\mathcal N(0, I)$ cobre só uma região pequena do espaço latente. A segunda linha é
# mais variada, mas algumas imagens não mostram nenhum dígito.
#
# O custo premia boas reconstruções **nos códigos das imagens de treino** e ignora os demais pontos. Um espaço latente
# para amostragem precisa de três propriedades:
#
# - **uma distribuição conhecida:** sabemos de onde sortear os códigos;
# - **completude:** todo código dessa distribuição se decodifica em uma imagem plausível;
# - **continuidade:** códigos vizinhos se decodificam em imagens parecidas.
#
# ## 2. A ideia: codificar a imagem como distribuição
#
# Kingma e Welling e, de modo independente, Rezende, Mohamed e Wierstra propuseram o VAE em 2014. Para cada imagem, o
# codificador fornece uma distribuição normal $q(z|x)$, chamada de **distribuição a posteriori** aproximada, ou apenas
# *posteriori*. Ela tem uma média $\mu$ e uma variância $\sigma^2$ para cada dimensão latente. O decodificador recebe
# um ponto sorteado dela:
#
# $$z = \mu + \sigma \cdot \varepsilon, \qquad \varepsilon \sim \mathcal N(0, I).$$
#
# Como o ponto muda a cada vez, o decodificador precisa reconstruir a mesma imagem em toda uma vizinhança de $\mu$.
# Isso favorece a continuidade. Um segundo termo do custo aproxima todas essas distribuições de uma única distribuição
# conhecida, a **distribuição a priori** (ou apenas *priori*) $\mathcal N(0, I)$. Assim sabemos de onde sortear, e
# sobra menos espaço para vazios.
#
# O gradiente não atravessa um sorteio. Mas atravessa $\mu + \sigma\varepsilon$, porque $\varepsilon$ não depende de
# nenhum peso. Escrever a amostra dessa forma é o **truque da reparametrização**.
#
# A rede calcula $\log \sigma^2$ (`z_log_var`) em vez de $\sigma$. O logaritmo pode ter qualquer sinal, e $\sigma =
# e^{\log(\sigma^2)/2}$ é sempre positivo.
# %%
@keras.saving.register_keras_serializable(package="autoencoder_course")
class Sampling(layers.Layer):
    """Samples z from the posterior (z_mean, z_log_var), with its own random generator."""

    # pt: """Sorteia z da posteriori (z_mean, z_log_var), com gerador aleatório próprio."""

    def __init__(self, seed=7, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, cloud):
        z_mean, z_log_var = cloud
        epsilon = keras.random.normal(ops.shape(z_mean), seed=self.generator)
        return z_mean + ops.exp(z_log_var / 2) * epsilon

    def get_config(self):
        return super().get_config() | {"seed": self.seed}


cloud = ops.full((100_000, 1), 2.0), ops.full((100_000, 1), np.log(0.25))
z = np.asarray(Sampling(settings.seed())(cloud))
text.say("mean {:.2f}, standard deviation {:.2f}", z.mean(), z.std())
# pt: "média {:.2f}, desvio padrão {:.2f}"


# %% [markdown] lang="en"
# We asked for mean 2 and variance 0.25. The output shows a mean of 2 and a standard deviation of 0.5, which agree.
# The layer creates its random generator once, in `__init__`. A fixed seed inside `call` would give the same numbers
# at every step. The decorator and `get_config` are needed to save the layer to a file.
#
# ## 3. The KL divergence
#
# With the reconstruction loss alone, the network could shrink every $\sigma$ to zero, move the means far apart, and
# become a plain autoencoder again. The second term prevents this. It is the **Kullback-Leibler (KL) divergence** from
# the posterior $q$ to the prior $p = \mathcal N(0, I)$, which measures how much the two differ:
#
# $$D_{KL}(q \,\|\, p) = \mathbb E_{z \sim q}\left[\log q(z) - \log p(z)\right] = \frac12 \sum_i \left(\mu_i^2 + \sigma_i^2 - 1 - \log \sigma_i^2\right).$$
#
# For the closed form on the right, take one dimension. Then $\log q(z) = -\frac12 \log(2\pi\sigma^2) -
# \frac{(z-\mu)^2}{2\sigma^2}$ and $\log p(z) = -\frac12\log(2\pi) - \frac{z^2}{2}$. Under $q$, the mean of
# $(z-\mu)^2$ is $\sigma^2$ and the mean of $z^2$ is $\mu^2 + \sigma^2$. Subtract.
#
# **Predict:** for which $\mu$ and $\sigma$ is the KL divergence zero? What happens as $\sigma \to 0$?
#
# A wrong sign or factor in this formula does not stop the training, so we check it by **Monte Carlo**: draw from $q$,
# and average $\log q - \log p$. The average of $n$ draws has a **standard error** of their standard deviation over
# $\sqrt n$. Formula and average should differ by at most a few standard errors.
# %% [markdown] lang="pt-BR"
# Pedimos média 2 e variância 0,25. A saída mostra média 2 e desvio padrão 0,5, o que confere. A camada cria seu
# gerador de números aleatórios uma só vez, no `__init__`. Uma semente fixa dentro de `call` daria os mesmos números
# em todos os passos. O decorador e `get_config` servem para salvar a camada em arquivo.
#
# ## 3. A divergência KL
#
# Só com o custo de reconstrução, a rede poderia reduzir todo $\sigma$ a zero, afastar as médias e voltar a ser um
# autoencoder comum. O segundo termo impede isso. É a **divergência de Kullback-Leibler (KL)** da posteriori $q$ em
# relação à priori $p = \mathcal N(0, I)$, que mede o quanto as duas diferem:
#
# $$D_{KL}(q \,\|\, p) = \mathbb E_{z \sim q}\left[\log q(z) - \log p(z)\right] = \frac12 \sum_i \left(\mu_i^2 + \sigma_i^2 - 1 - \log \sigma_i^2\right).$$
#
# Para obter a forma fechada à direita, considere uma dimensão. Temos $\log q(z) = -\frac12 \log(2\pi\sigma^2) -
# \frac{(z-\mu)^2}{2\sigma^2}$ e $\log p(z) = -\frac12\log(2\pi) - \frac{z^2}{2}$. Sob $q$, a média de $(z-\mu)^2$ é
# $\sigma^2$, e a de $z^2$ é $\mu^2 + \sigma^2$. Basta subtrair.
#
# **Arrisque:** para quais $\mu$ e $\sigma$ a divergência KL é zero? O que acontece quando $\sigma \to 0$?
#
# Um sinal ou fator errado nessa fórmula não interrompe o treino; por isso a conferimos por **Monte Carlo**: sorteamos
# pontos de $q$ e tiramos a média de $\log q - \log p$. O **erro padrão** da média de $n$ sorteios é o desvio padrão
# deles dividido por $\sqrt n$. A fórmula e a média devem diferir por, no máximo, alguns erros padrão.
# %%
def kl_to_normal(z_mean, z_log_var):
    """KL divergence of each posterior from N(0, I): the SUM over the latent dimensions."""
    # pt: """Divergência KL de cada posteriori em relação a N(0, I): a SOMA sobre as dimensões latentes."""
    return 0.5 * ops.sum(ops.square(z_mean) + ops.exp(z_log_var) - 1 - z_log_var, axis=-1)


def log_density(z, mean, log_var):
    """Log-density at `z` of a normal distribution with independent dimensions."""
    # pt: """Logaritmo da densidade em `z` de uma normal com dimensões independentes."""
    return -0.5 * np.sum(np.log(2 * np.pi) + log_var + (z - mean) ** 2 / np.exp(log_var), axis=-1)


z_mean, z_log_var = np.array([1.0, -0.5, 0.0]), np.log(np.array([0.25, 1.0, 2.0]))
generator = np.random.default_rng(settings.seed())
z = z_mean + np.exp(z_log_var / 2) * generator.standard_normal((100_000, 3))
draws = log_density(z, z_mean, z_log_var) - log_density(z, 0.0, np.zeros(3))
standard_error = draws.std(ddof=1) / np.sqrt(len(draws))
closed_form = float(kl_to_normal(z_mean, z_log_var))
kl_distance = abs(draws.mean() - closed_form) / standard_error
text.say("formula {:.4f}; simulation {:.4f} ± {:.4f}", closed_form, draws.mean(), standard_error)
# pt: "fórmula {:.4f}; simulação {:.4f} ± {:.4f}"
# %% tags=["claims"]
claims.check(source, kl_distance=kl_distance)


# %% [markdown] lang="en"
# Formula and simulation differ by {{ kl_distance }} standard errors, so the formula passes. A missing factor ½ would
# have given a difference of hundreds of standard errors.
#
# The KL divergence is zero only for $\mu = 0$ and $\sigma = 1$, that is, when the code says nothing about the image.
# It grows without bound as $\sigma \to 0$, so the encoder cannot collapse its distributions to points.
#
# ## 4. The model and its loss
#
# The loss of one image has two terms:
#
# $$\underbrace{\textstyle\sum_{\text{pixels}} L(x, \hat x)}_{\text{reconstruction}} \;+\; \beta\, \underbrace{D_{KL}(q(z|x) \,\|\, \mathcal N(0, I))}_{\text{KL term}}, \qquad \beta = 1 .$$
#
# Why this sum? Suppose that the pixels are 0 or 1. Read the decoder's output $\hat x$ as the probabilities that
# independent pixels are 1. Then the summed cross-entropy is exactly $-\log p(x|z)$. For every encoder,
#
# $$\log p(x) \;\ge\; \mathbb E_{z \sim q}[\log p(x|z)] - D_{KL}(q(z|x) \,\|\, p(z)),$$
#
# because the two sides differ by $D_{KL}(q(z|x) \,\|\, p(z|x)) \ge 0$. The right-hand side is the **evidence lower
# bound (ELBO)**. For binary pixels and $\beta = 1$, our loss is the negative ELBO: minimising it raises a lower bound
# on the log-likelihood of the data.
#
# **The condition matters.** Our pixels are grey, with values between 0 and 1. For them the cross-entropy is a useful
# error measure, but not $-\log p(x|z)$, so our loss is not the negative ELBO. To get a true ELBO, binarise the images,
# or add the normalising constant of the *continuous Bernoulli* distribution (Loaiza-Ganem and Cunningham, 2019).
#
# The formula **sums** over pixels and over latent dimensions. A mean in one of these places changes $\beta$ silently.
# Section 8 shows the effect.
#
# In Keras, the encoder gets two output layers and the sampling layer. A small `keras.Model` joins encoder and
# decoder, and its `call` adds the KL term with `add_loss`. Training still uses `compile` and `fit`.
# %% [markdown] lang="pt-BR"
# A fórmula e a simulação diferem por {{ kl_distance }} erros padrão; a fórmula está confirmada. Se faltasse o fator
# ½, a diferença seria de centenas de erros padrão.
#
# A divergência KL só é zero para $\mu = 0$ e $\sigma = 1$, isto é, quando o código não diz nada sobre a imagem. Ela
# cresce sem limite quando $\sigma \to 0$; por isso o codificador não pode reduzir suas distribuições a pontos.
#
# ## 4. O modelo e seu custo
#
# O custo de uma imagem tem dois termos:
#
# $$\underbrace{\textstyle\sum_{\text{pixels}} L(x, \hat x)}_{\text{reconstrução}} \;+\; \beta\, \underbrace{D_{KL}(q(z|x) \,\|\, \mathcal N(0, I))}_{\text{termo KL}}, \qquad \beta = 1 .$$
#
# Por que essa soma? Suponha que os pixels valham 0 ou 1. Interprete a saída $\hat x$ do decodificador como as
# probabilidades de que pixels independentes valham 1. Então a entropia cruzada somada é exatamente $-\log p(x|z)$.
# Para todo codificador,
#
# $$\log p(x) \;\ge\; \mathbb E_{z \sim q}[\log p(x|z)] - D_{KL}(q(z|x) \,\|\, p(z)),$$
#
# pois os dois lados diferem por $D_{KL}(q(z|x) \,\|\, p(z|x)) \ge 0$. O lado direito é o **limite inferior da
# evidência (ELBO)**. Com pixels binários e $\beta = 1$, nosso custo é o ELBO com sinal trocado: minimizá-lo eleva um
# limite inferior da log-verossimilhança dos dados.
#
# **Essa condição é importante.** Nossos pixels têm tons de cinza, isto é, valores entre 0 e 1. Para eles, a entropia cruzada
# é uma medida útil de erro, mas não é $-\log p(x|z)$; nosso custo, portanto, não é o ELBO com sinal trocado. Para ter um
# ELBO de verdade, binarize as imagens ou acrescente a constante de normalização da distribuição *Bernoulli
# contínua* (Loaiza-Ganem e Cunningham, 2019).
#
# A fórmula **soma** sobre os pixels e sobre as dimensões latentes. Uma média em um desses lugares muda $\beta$ sem
# aviso. A seção 8 mostra o efeito.
#
# No Keras, o codificador ganha duas camadas de saída e a camada de amostragem. Um pequeno `keras.Model` une
# codificador e decodificador, e seu `call` acrescenta o termo KL com `add_loss`. O treino continua com `compile` e
# `fit`.
# %%
def posterior(hidden, latent_dim, seed):
    """The three outputs of a variational encoder: mean, log-variance and one sample."""
    # pt: """As três saídas de um codificador variacional: média, log-variância e uma amostra."""
    z_mean = layers.Dense(latent_dim, name="z_mean")(hidden)
    z_log_var = layers.Dense(latent_dim, name="z_log_var")(hidden)
    return [z_mean, z_log_var, Sampling(seed, name="z")([z_mean, z_log_var])]


def build_vae(widths, latent_dim, beta=1.0, seed=7, name="model"):
    """Encoder, decoder and VAE; only the encoder's outputs differ from `build_plain`."""
    # pt: """Codificador, decodificador e VAE; só as saídas do codificador diferem de `build_plain`."""
    x = hidden = keras.Input((784,), name="pixels")
    for width in widths:
        hidden = layers.Dense(width, "relu")(hidden)
    encoder = keras.Model(x, posterior(hidden, latent_dim, seed), name="encoder")
    decoder = build_decoder(widths, latent_dim)
    return encoder, decoder, VAE(encoder, decoder, beta, name)


# %%
class VAE(keras.Model):
    """Encoder and decoder; adds beta times the KL divergence to the loss."""

    # pt: """Codificador e decodificador; soma beta vezes a divergência KL ao custo."""

    def __init__(self, encoder, decoder, beta=1.0, name="model"):
        super().__init__(name=name)
        self.encoder, self.decoder, self.beta = encoder, decoder, beta
        self.kl = keras.metrics.Mean(name="kl")

    def draw(self, x):
        """One sampled code for each image; adds the KL term to the loss."""
        # pt: """Um código sorteado para cada imagem; acrescenta o termo KL ao custo."""
        z_mean, z_log_var, z = self.encoder(x)
        kl = kl_to_normal(z_mean, z_log_var)
        self.add_loss(self.beta * ops.mean(kl))
        self.kl.update_state(kl)
        return z

    def call(self, x):
        return self.decoder(self.draw(x))


# %%
keras.utils.set_random_seed(settings.seed())
vae2_encoder, vae2_decoder, vae2 = build_vae((64, 16), 2, seed=settings.seed(), name="vae_2d")
vae2_encoder.summary()
history_vae2, seconds_vae2 = train(vae2, x_train, epochs2, peak=1e-2, x_held_out=x_val)
# %% [markdown] lang="en"
# We check first that the loss is what we think it is, in every epoch, in training and in validation. The equations
# below are for validation, after the first and the last epoch.
# %% [markdown] lang="pt-BR"
# Primeiro conferimos que o custo é o que pensamos que é, em todas as épocas, no treino e na validação. As igualdades
# abaixo são as da validação, após a primeira e a última época.
# %%
# The loss must be the sum of both terms, in training and in validation.
# pt: O custo deve ser a soma dos dois termos, no treino e na validação.
h = {key: np.array(values) for key, values in history_vae2.history.items()}
gap = h["loss"] - (h["image_bce"] + vae2.beta * h["kl"])
gap_val = h["val_loss"] - (h["val_image_bce"] + vae2.beta * h["val_kl"])
loss_gap = np.abs([gap, gap_val]).max()
for epoch in (0, -1):
    text.say("{:.3f} = {:.3f} + {:.3f}", *(h[key][epoch] for key in ("val_loss", "val_image_bce", "val_kl")))
# %% tags=["claims"]
claims.check(source, loss_gap=loss_gap)
# %%
plot.history(
    {"plain": history_plain2, "VAE": history_vae2},  # pt: "comum"
    metric="image_bce",
    ylabel="reconstruction (nats)",
    alt="Reconstruction losses of both networks fall and flatten out; the VAE's stays higher, in training and validation.",
    # pt: "Os custos de reconstrução das duas redes caem e se estabilizam; o do VAE fica acima, no treino e na validação."
)


# %%
def mean_bce(x, x_hat):
    """Mean of `image_bce` over the images, computed in ten parts to save memory."""
    # pt: """Média de `image_bce` entre as imagens, calculada em dez partes para poupar memória."""
    parts = zip(np.array_split(x, 10), np.array_split(np.asarray(x_hat), 10))
    return float(np.mean([ops.mean(image_bce(*part)) for part in parts]))


def costs(encoder, decoder, x):
    """Mean reconstruction loss and KL of a VAE over the images `x`, in nats; one sample each."""
    # pt: """Custo de reconstrução e KL médios de um VAE nas imagens `x`, em nats; uma amostra por imagem."""
    z_mean, z_log_var, z = encoder(x)
    return mean_bce(x, decoder(z)), float(ops.mean(kl_to_normal(z_mean, z_log_var)))


plain2_bce = mean_bce(x_test, plain2(x_test))
vae2_bce, vae2_kl = costs(vae2_encoder, vae2_decoder, x_test)
text.say("test images: plain {:.1f}; VAE {:.1f}, KL {:.1f}", plain2_bce, vae2_bce, vae2_kl)
# pt: "imagens de teste: comum {:.1f}; VAE {:.1f}, KL {:.1f}"
# %% tags=["claims"]
claims.check(source, plain2_bce=plain2_bce, vae2_bce=vae2_bce, vae2_kl=vae2_kl)
# %% [markdown] lang="en"
# The VAE has the larger reconstruction loss: {{ vae2_bce }} against {{ plain2_bce }} nats per image. Its decoder
# works from noisy codes. The KL term is {{ vae2_kl }} nats per image. (A **nat** is the unit of information with
# natural logarithms; divide by $\log 2$ for bits.)
#
# Averaged over images, the KL term is an **upper bound** on the information that a code carries about its image. The
# information itself may be smaller. During training the KL rises, because more information in the code improves the
# reconstruction by more than it costs.
#
# ## 5. Two latent dimensions in pictures
#
# The next picture shows the same test images in both latent spaces. On the right, each ellipse is the posterior of
# one test image, drawn at one standard deviation.
# %% [markdown] lang="pt-BR"
# O VAE tem o maior custo de reconstrução: {{ vae2_bce }} contra {{ plain2_bce }} nats por imagem. Seu decodificador
# trabalha com códigos ruidosos. O termo KL é de {{ vae2_kl }} nats por imagem. (O **nat** é a unidade de informação
# com logaritmos naturais; divida por $\log 2$ para obter bits.)
#
# Em média sobre as imagens, o termo KL é um **limite superior** da informação que um código traz sobre sua imagem. A
# informação em si pode ser menor. Durante o treino a KL sobe, porque mais informação no código melhora a reconstrução
# mais do que custa.
#
# ## 5. Duas dimensões latentes em figuras
#
# A próxima figura mostra as mesmas imagens de teste nos dois espaços latentes. À direita, cada elipse é a posteriori
# de uma imagem de teste, traçada a um desvio padrão.
# %%
z_mean, z_log_var, _ = (np.asarray(part) for part in vae2_encoder(x_test))
shown = slice(0, 3000)
fig, axes = plt.subplots(1, 3, figsize=(19, 5.6))
plot.draw_latent(axes[0], np.asarray(plain2_encoder(x_test[shown])), y_test[shown], digits, legend=False)
plot.draw_latent(axes[1], z_mean[shown], y_test[shown], digits, legend=False)
for mean, log_var, label in zip(z_mean[:150], z_log_var[:150], y_test[:150]):
    width, height = 2 * np.exp(log_var / 2)
    axes[2].add_patch(Ellipse(mean, width, height, color=plot.CLASS_COLOURS[label], alpha=0.6))
axes[2].set(xlim=axes[1].get_xlim(), ylim=axes[1].get_ylim(), xlabel="$z_1$", ylabel="$z_2$")
titles = ("plain autoencoder: codes", "VAE: means", "VAE: posteriors of 150 images")
# pt: "autoencoder comum: códigos", "VAE: médias", "VAE: posterioris de 150 imagens"
about = "Left, codes spread over tens of units, classes crowded near the origin; middle, means within about 4 of the origin, classes overlapping; right, small ellipses, some overlapping."
# pt: "À esquerda, códigos por dezenas de unidades, classes amontoadas perto da origem; no meio, médias a até cerca de 4 da origem, classes sobrepostas; à direita, elipses pequenas, algumas sobrepostas."
for ax, title in zip(axes, titles):
    ax.set_title(title)
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside right center", markerscale=2.5, frameon=False)
plot.show(fig, alt=about)
# %%
z_train = np.asarray(vae2_encoder(x_train)[2])
vae2_sd = z_train.std(axis=0).mean()
text.say("VAE codes: means {:.2f} and {:.2f}, standard deviation {:.2f}", *z_train.mean(axis=0), vae2_sd)
# pt: "códigos do VAE: médias {:.2f} e {:.2f}, desvio padrão {:.2f}"
# %% tags=["claims"]
claims.check(source, vae2_sd=vae2_sd)


# %% [markdown] lang="en"
# Compare the scales. The plain autoencoder's codes spread over tens of units. For the VAE, the codes sampled for all
# training images together have means near zero and a standard deviation of {{ vae2_sd }}, a little
# more than that of $\mathcal N(0, I)$. **So we know where to draw.** Several classes overlap near the origin, because
# two dimensions are too few for ten classes.
#
# To draw a map of the plane we take **quantiles** of the normal distribution instead of equal steps, so that we spend
# no cells on regions that the prior rarely reaches. The plain autoencoder has no prior. For it we use the quantiles
# of its own codes, separately for each dimension.
# %% [markdown] lang="pt-BR"
# Compare as escalas. Os códigos do autoencoder comum se espalham por dezenas de unidades. No VAE, os códigos
# amostrados para todas as imagens de treino têm, juntos, médias próximas de zero e desvio padrão de
# {{ vae2_sd }}, um pouco mais que o de $\mathcal N(0, I)$. **Agora sabemos de onde sortear.** Várias classes se
# sobrepõem perto da origem, porque duas dimensões são pouco para dez classes.
#
# Para desenhar um mapa do plano, usamos **quantis** da distribuição normal em vez de passos iguais; assim não
# gastamos células em regiões que a priori quase nunca alcança. O autoencoder comum não tem distribuição a priori.
# Para ele usamos os quantis dos seus próprios códigos, separadamente em cada dimensão.
# %%
def lattice(decoder, z1, z2):
    """Images decoded at all pairs of z1 (left to right) and z2 (bottom to top)."""
    # pt: """Imagens decodificadas em todos os pares de z1 (da esquerda à direita) e z2 (de baixo para cima)."""
    across, up = np.meshgrid(z1, z2[::-1])
    points = np.stack([across.ravel(), up.ravel()], axis=1).astype("float32")
    return decode(decoder, points).reshape(len(z2), len(z1), 28, 28)


shares = np.linspace(0.03, 0.97, 12)
quantiles = np.array([NormalDist().inv_cdf(share) for share in shares])
own = np.quantile(z_plain2, shares, axis=0)
fig, axes = plt.subplots(1, 2, figsize=(13, 6.6))
plot.draw_manifold(axes[0], lattice(plain2_decoder, own[:, 0], own[:, 1]), shares[0], shares[-1])
plot.draw_manifold(axes[1], lattice(vae2_decoder, quantiles, quantiles), shares[0], shares[-1])
for ax, title in zip(axes, ("plain: quantiles of its codes", "VAE: quantiles of N(0, 1)")):
    # pt: "comum: quantis dos seus códigos", "VAE: quantis de N(0, 1)"
    ax.set(
        title=title,
        xlabel="share of codes with smaller $z_1$",
        ylabel="share of codes with smaller $z_2$",
        # pt: "fração dos códigos com $z_1$ menor", "fração dos códigos com $z_2$ menor"
    )
plot.show(
    fig,
    alt="Two maps of 12 by 12 images. Plain: digits, blurred in the middle and broken at the right edge. VAE: smooth changes, blurred in the middle.",
    # pt: "Dois mapas de 12 por 12 imagens. Comum: dígitos, borrados no meio e desfeitos na borda direita. VAE: mudanças suaves, com borrões no meio."
)


# %% [markdown] lang="en"
# Every cell of both maps shows something, because a decoder always outputs an image. The plain map breaks up at its
# right edge. The VAE's map changes smoothly, but many cells in its middle are blurred.
#
# The gaps can be measured. A drawn code is **in a gap** if it is farther from the nearest training code than 99% of the
# validation codes are. We take distances in standard deviations of each dimension. If the drawn codes had the same
# distribution as the codes of images, 1% of them would be in a gap.
# %% [markdown] lang="pt-BR"
# Todas as células dos dois mapas mostram algo, pois um decodificador sempre devolve uma imagem. O mapa do autoencoder
# comum se desfaz na borda direita. O do VAE muda suavemente, mas muitas células no meio estão borradas.
#
# Os vazios podem ser medidos. Um código sorteado está **em um vazio** se fica mais longe do código de treino mais próximo
# do que 99% dos códigos de validação. Medimos as distâncias em desvios padrão de cada dimensão. Se os códigos sorteados
# tivessem a mesma distribuição dos códigos de imagens, 1% deles estaria em um vazio.
# %%
def gap_share(draws, codes, codes_val):
    """Share of `draws` in a gap between the training codes `codes`."""
    # pt: """Fração de `draws` em um vazio entre os códigos de treino `codes`."""
    scale = codes.std(axis=0)
    tree = NearestNeighbors(n_neighbors=1).fit(codes / scale)
    far = np.quantile(tree.kneighbors(codes_val / scale)[0], 0.99)
    return float((tree.kneighbors(draws / scale)[0] > far).mean())


n = settings.pick(quick=500, class_=10_000, full=10_000)
gap_plain = gap_share(fitted(z_plain2, n), z_plain2, np.asarray(plain2_encoder(x_val)))
gap_vae = gap_share(normal(n, 2), z_train, np.asarray(vae2_encoder(x_val)[2]))
text.say("draws in a gap: plain, fitted normal {:.1%}; VAE, N(0, I) {:.1%}", gap_plain, gap_vae)
# pt: "sorteios em um vazio: comum, normal ajustada {:.1%}; VAE, N(0, I) {:.1%}"
# %% tags=["claims"]
claims.check(source, gap_plain=gap_plain, gap_vae=gap_vae)
# %% [markdown] lang="en"
# {{ gap_plain }} of the draws from the plain autoencoder's fitted normal are in a gap, against {{ gap_vae }} for the
# VAE. "Completeness and continuity", under Going further, measures the other two properties.
#
# ### Explore
#
# Move the point through the VAE's plane, from −3 to 3 in both directions. Where do the classes meet? Which images
# look like no digit?
# %% [markdown] lang="pt-BR"
# {{ gap_plain }} dos sorteios da normal ajustada do autoencoder comum caem em um vazio, contra {{ gap_vae }} no VAE.
# "Completude e continuidade", em Para ir além, mede as outras duas propriedades.
#
# ### Explore
#
# Mova o ponto pelo plano do VAE, de −3 a 3 nas duas direções. Onde as classes se encontram? Que imagens não parecem
# nenhum dígito?
# %% cover=[0.085, 0.05, 0.4, 0.83] built={"en": "a generator of handwritten digits", "pt-BR": "um gerador de dígitos manuscritos"}
explore.mnist.latent_plane(vae2_decoder, z_mean[shown], y_test[shown], digits, low=-3, high=3)


# %% [markdown] lang="en"
# ## 6. Counting readable images with a classifier
#
# Looking is unreliable, so let us count. To count readable images we train a small **classifier** on the labelled
# training digits. (No autoencoder sees the labels.) It must choose one of ten classes and cannot reject an image, so it
# can be confident about an image that shows no digit.
#
# We calibrate it on images that certainly show no digit: **double exposures**, the pixel averages of two different
# digits. We set a limit that the largest class probability exceeds for only 10% of the double exposures of validation
# images. An image counts as *recognised* if its probability is above this limit. A model's share is good only if it
# is far above 10%; the share of real images is the ceiling.
# %% [markdown] lang="pt-BR"
# ## 6. Contar imagens legíveis com um classificador
#
# A inspeção visual engana; por isso vamos contar. Para contar imagens legíveis, treinamos um pequeno **classificador**
# com os dígitos de treino rotulados. (Nenhum autoencoder vê os rótulos.) Ele precisa escolher uma de dez classes e não
# pode rejeitar uma imagem; por isso pode ter certeza diante de uma imagem que não mostra nenhum dígito.
#
# Nós o calibramos com imagens que certamente não mostram um dígito: as **duplas exposições**, médias de pixels de
# dois dígitos diferentes. Fixamos um limite que a maior probabilidade só supera em 10% das duplas exposições de
# imagens de validação. Uma imagem conta como *reconhecida* se sua probabilidade passa desse limite. A fração de um
# modelo só é boa se ficar bem acima de 10%; a das imagens reais é o teto.
# %%
def with_labels(both, _):
    """Splits each row into 784 pixels and a one-hot label."""
    # pt: """Separa cada linha em 784 pixels e um rótulo one-hot."""
    return both[:, :784], both[:, 784:]


# %%
def train_classifier(x, y):
    """An image classifier, and the model of its 64 features."""
    # pt: """Um classificador de imagens e o modelo dos seus 64 atributos."""
    keras.utils.set_random_seed(settings.seed())
    classifier = keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(256, "relu"),
            layers.Dense(64, "relu", name="features"),
            layers.Dense(10, "softmax"),
        ]
    )
    classifier.compile("adam", "categorical_crossentropy", jit_compile=XLA, steps_per_execution=40)
    rows = tf.concat([x, np.eye(10, dtype="float32")[y]], axis=1)
    epochs = settings.pick(quick=6, class_=5, full=20)
    classifier.fit(
        data.batches(rows, BATCH, seed=settings.seed()).map(with_labels),
        epochs=epochs,
        shuffle=False,
        verbose=0,
    )
    return classifier, keras.Model(classifier.inputs[0], classifier.get_layer("features").output)


# %%
def classify(classifier, images):
    """Predicted class of each image, and the largest of its ten probabilities."""
    # pt: """Classe prevista de cada imagem e a maior das dez probabilidades."""
    p = np.asarray(classifier(images.reshape(-1, 784)))
    return p.argmax(axis=1), p.max(axis=1)


def double_exposures(x, y):
    """Averages of random pairs of images with different labels, and the rows of both images."""
    # pt: """Médias de pares sorteados de imagens com rótulos diferentes e as linhas das duas imagens."""
    pairs = np.random.default_rng(0).integers(
        0, len(x), (settings.pick(quick=400, class_=2400, full=2400), 2)
    )
    a, b = pairs[y[pairs[:, 0]] != y[pairs[:, 1]]].T
    return (x[a] + x[b]) / 2, a, b


# %%
classifier, classifier_features = train_classifier(x_train, y_train)
limit = np.quantile(classify(classifier, double_exposures(x_val, y_val)[0])[1], 0.9)
named, p_real = classify(classifier, x_test)
doubles, a, b = double_exposures(x_test, y_test)
p_doubles = classify(classifier, doubles)[1]
accuracy, recognised_real = (named == y_test).mean(), (p_real > limit).mean()
confident, recognised_double = (p_doubles > 0.9).mean(), (p_doubles > limit).mean()
text.say(
    "limit {:.1%}; double exposures above 90%: {:.1%}, above the limit: {:.1%}",
    limit,
    confident,
    recognised_double,
)
# pt: "limite {:.1%}; duplas exposições acima de 90%: {:.1%}, acima do limite: {:.1%}"
text.say("real test images above the limit: {:.1%}; classified correctly: {:.1%}", recognised_real, accuracy)
# pt: "imagens reais de teste acima do limite: {:.1%}; classificadas corretamente: {:.1%}"
# %% tags=["claims"]
claims.check(source, recognised_real=recognised_real)


# %% [markdown] lang="en"
# Without calibration, at a limit of 90%, the classifier would accept many more double exposures, as the output shows.
# With the calibrated limit it recognises {{ recognised_double }} of the double exposures of test images and {{
# recognised_real }} of the real test images.
#
# ## 7. Eight latent dimensions: a comparison with baselines
#
# With a latent dimension of 8 and a larger network (784 → 256 → 128 → 64 → 8), reconstructions become sharper. We
# compare the VAE with two baselines:
#
# - **PCA** with eight components. To generate, draw each component from a normal distribution with that component's
#   variance;
# - the **plain autoencoder** with the same layers, with codes from $\mathcal N(0, I)$ and from the normal
#   distribution fitted to its training codes.
#
# We measure reconstruction by the mean squared error (MSE). For samples, *recognised* is not enough: a model that
# always draws the same perfect 1 would get 100%. The usual second measure is a **Fréchet distance**. Take the
# classifier's 64 features for samples and for equally many test images, and compare the means $m$ and covariances $C$
# of the two sets:
#
# $$d^2 = \lVert m_1 - m_2 \rVert^2 + \operatorname{tr}\left(C_1 + C_2 - 2\,(C_1 C_2)^{1/2}\right).$$
#
# Too little variety makes $C_1$ too small, and implausible images move $m_1$. Like the well-known FID, we
# report the square $d^2$. The FID uses the features of a large network for photographs, so its values cannot be compared with ours.
# %% [markdown] lang="pt-BR"
# Sem calibração, com um limite de 90%, o classificador aceitaria muito mais duplas exposições, como mostra a saída.
# Com o limite calibrado, ele reconhece {{ recognised_double }} das duplas exposições de imagens de teste e {{
# recognised_real }} das imagens reais de teste.
#
# ## 7. Oito dimensões latentes: comparação com linhas de base
#
# Com dimensão latente 8 e uma rede maior (784 → 256 → 128 → 64 → 8), as reconstruções ficam mais nítidas. Comparamos
# o VAE com duas linhas de base:
#
# - a **PCA** com oito componentes. Para gerar, sorteie cada componente de uma normal com a variância desse componente;
# - o **autoencoder comum** com as mesmas camadas, com códigos de $\mathcal N(0, I)$ e da normal ajustada aos seus
#   códigos de treino.
#
# Medimos a reconstrução pelo erro quadrático médio (MSE). Para as amostras, *reconhecidas* não basta: um modelo que
# desenhasse sempre o mesmo 1 perfeito teria 100%. A segunda medida usual é a **distância de Fréchet**. Tome os 64
# atributos do classificador para as amostras e para o mesmo número de imagens de teste e compare as médias $m$ e as
# covariâncias $C$ dos dois conjuntos:
#
# $$d^2 = \lVert m_1 - m_2 \rVert^2 + \operatorname{tr}\left(C_1 + C_2 - 2\,(C_1 C_2)^{1/2}\right).$$
#
# Pouca variedade torna $C_1$ pequena demais, e imagens implausíveis deslocam $m_1$. Como a
# conhecida FID, informamos o quadrado $d^2$. A FID usa os atributos de uma rede grande para fotografias; seus valores não são comparáveis com os nossos.
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


def quality(images, reference, classifier, features, limit):
    """Share of `images` recognised, and their Fréchet distance from `reference`."""
    # pt: """Fração de `images` reconhecida e sua distância de Fréchet até `reference`."""
    # Sets of equal size, since the distance between finite samples depends on their size.
    # pt: Conjuntos de mesmo tamanho, pois a distância entre amostras finitas depende do tamanho.
    size = min(len(images), len(reference) // 2)
    chosen = images[:size], reference[::2][:size]
    far = frechet(*(np.asarray(features(x.reshape(-1, 784))) for x in chosen))
    return float((classify(classifier, images)[1] > limit).mean()), far


# %%
widths, latent_dim = (256, 128, 64), 8
epochs = settings.pick(quick=6, class_=12, full=50)
keras.utils.set_random_seed(settings.seed())
plain_encoder, plain_decoder, plain = build_plain(widths, latent_dim, name="plain_8d")
_, seconds_plain = train(plain, x_train, epochs, peak=3e-3)
keras.utils.set_random_seed(settings.seed())
vae_encoder, vae_decoder, vae = build_vae(widths, latent_dim, seed=settings.seed(), name="vae_8d")
_, seconds_vae = train(vae, x_train, epochs, peak=3e-3)
start = time.perf_counter()
pca = PCA(latent_dim, random_state=0).fit(x_train)
seconds_pca = time.perf_counter() - start


# %%
def pca_baseline(pca, k, x, n):
    """Images `x` reconstructed from `k` components, and `n` samples with those components' variances."""
    # pt: """Imagens `x` reconstruídas de `k` componentes e `n` amostras com as variâncias desses componentes."""
    basis = pca.components_[:k]
    samples = normal(n, k) * np.sqrt(pca.explained_variance_[:k]) @ basis
    return pca.mean_ + (x - pca.mean_) @ basis.T @ basis, (pca.mean_ + samples).clip(0, 1)


def network_results(encoder, decoder, x, draws):
    """Images `x` reconstructed (from the mean, for a VAE), and the decoded codes `draws`."""
    # pt: """Imagens `x` reconstruídas (da média, no VAE) e os códigos `draws` decodificados."""
    z = encoder(x)
    return np.asarray(decoder(z[0] if isinstance(z, list) else z)), np.asarray(decoder(draws))


def mse(x, x_hat):
    """Mean squared error over pixels and images."""
    return float(np.mean((x - x_hat) ** 2))


# %%
labels = {"PCA": "PCA", "naive": "plain, N(0, I)", "plain": "plain, fitted normal", "VAE": "VAE"}
# pt: "comum, N(0, I)", "comum, normal ajustada"
z_train8 = np.asarray(plain_encoder(x_train))
scores, errors, pictures = {"real": quality(x_val, x_test, classifier, classifier_features, limit)}, {}, {}
for kind in labels:
    if kind == "PCA":
        x_hat, samples = pca_baseline(pca, latent_dim, x_test, n)
    else:
        halves = (vae_encoder, vae_decoder) if kind == "VAE" else (plain_encoder, plain_decoder)
        draws = fitted(z_train8, n) if kind == "plain" else normal(n, latent_dim)
        x_hat, samples = network_results(*halves, x_test, draws)
    errors[kind] = mse(x_test, x_hat)
    scores[kind] = quality(samples, x_test, classifier, classifier_features, limit)
    pictures[kind] = x_hat[:12].copy(), samples[:12].copy()
# %%
spent = {"PCA": seconds_pca, "naive": seconds_plain, "plain": seconds_plain, "VAE": seconds_vae}
rows = [
    [label] + [text.number(value, form) for value, form in (
        (errors[kind], ".4f"), (spent[kind], ".1f"), (scores[kind][0], ".1%"), (scores[kind][1], ".1f")
    )]
    for kind, label in labels.items()
]  # fmt: skip
real = text.number(scores["real"][0], ".1%"), text.number(scores["real"][1], ".1f")
rows.append(["real images (validation)", "–", "–", *real])
header = ("model", "MSE", "seconds", "samples recognised", "Fréchet distance")
text.table(header, rows, "Latent dimension 8: reconstruction of test images, and samples")
# pt: "Dimensão latente 8: reconstrução de imagens de teste e amostras"
# %% tags=["claims"]
claims.check(
    source,
    mse_pca=errors["PCA"],
    mse_plain=errors["plain"],
    mse_vae=errors["VAE"],
    recognised_plain=scores["plain"][0],
    recognised_vae=scores["VAE"][0],
    distance_real=scores["real"][1],
    distance_pca=scores["PCA"][1],
    distance_naive=scores["naive"][1],
    distance_plain=scores["plain"][1],
    distance_vae=scores["VAE"][1],
)
# %% [markdown] lang="en"
# The table shows:
#
# - **The plain autoencoder reconstructs best**, with an MSE of {{ mse_plain }} against {{ mse_vae }} for the VAE. PCA
#   is far behind ({{ mse_pca }}), but takes less time.
# - **Of the two networks, only the VAE can be sampled from $\mathcal N(0, I)$.** The Fréchet distances are {{
#   distance_vae }} (VAE) and {{ distance_naive }} (plain).
# - **With a fitted normal, the plain autoencoder comes close to the VAE.** {{ recognised_plain }} of its samples are
#   recognised (VAE: {{ recognised_vae }}), and its Fréchet distance is {{ distance_plain }}. The difference in
#   Fréchet distance is too small to rank the two; another seed might reverse the order. The fitted normal is a
#   second model that needs the training data. Exercise 1 tries a more flexible one.
# - **No model is close to real images.** Of these, {{ recognised_real }} are recognised, and validation digits have a
#   Fréchet distance of {{ distance_real }}. PCA, at {{ distance_pca }}, is better than the plain autoencoder with
#   $\mathcal N(0, I)$. Samples of a VAE like this one are soft, because the decoder's best answer is an average of
#   the images that share a code.
# %% [markdown] lang="pt-BR"
# A tabela mostra:
#
# - **O autoencoder comum reconstrói melhor**, com MSE de {{ mse_plain }} contra {{ mse_vae }} do VAE. A PCA fica bem
#   atrás ({{ mse_pca }}), mas leva menos tempo.
# - **Das duas redes, só o VAE permite amostrar de $\mathcal N(0, I)$.** As distâncias de Fréchet são {{
#   distance_vae }} (VAE) e {{ distance_naive }} (comum).
# - **Com uma normal ajustada, o autoencoder comum chega perto do VAE.** {{ recognised_plain }} das suas amostras são
#   reconhecidas (VAE: {{ recognised_vae }}), e sua distância de Fréchet é {{ distance_plain }}. A diferença na
#   distância de Fréchet é pequena demais para ordenar os dois; outra semente poderia inverter a ordem. A normal
#   ajustada é um segundo modelo, que precisa dos dados de treino. O exercício 1 experimenta uma distribuição mais
#   flexível.
# - **Nenhum modelo chega perto das imagens reais.** Destas, {{ recognised_real }} são reconhecidas, e os dígitos de
#   validação têm distância de Fréchet de {{ distance_real }}. A PCA, com {{ distance_pca }}, supera o autoencoder
#   comum com $\mathcal N(0, I)$. As amostras de um VAE como este são borradas, porque a melhor resposta do
#   decodificador é uma média das imagens que compartilham um código.
# %%
named_rows = {
    "original": x_test[:12],
    "PCA": pictures["PCA"][0],
    "plain": pictures["plain"][0],  # pt: "comum"
    "VAE": pictures["VAE"][0],
}
plot.image_rows(
    {name: x.reshape(-1, 28, 28) for name, x in named_rows.items()},
    alt="Twelve test digits above three reconstructions: PCA blurred; both networks close to the original, except for the eighth and ninth digits.",
    # pt: "Doze dígitos de teste acima de três reconstruções: PCA borrada; as duas redes perto do original, exceto no oitavo e no nono dígitos."
)
plot.image_rows(
    {label: pictures[kind][1].reshape(-1, 28, 28) for kind, label in labels.items()},
    alt="A row of samples for each model: PCA blurred; plain with N(0, I) scribbles; plain with fitted normal and VAE mostly digits.",
    # pt: "Uma linha de amostras por modelo: PCA borrada; comum com N(0, I), rabiscos; comum com normal ajustada e VAE, quase sempre dígitos."
)
# %% [markdown] lang="en"
# ## 8. The weight $\beta$, and a common bug
#
# The weight $\beta$ sets how much the KL term counts against the reconstruction. With $\beta < 1$ the code may carry
# more information: reconstructions improve, but the posteriors become narrow and, taken together, may no longer match the
# prior. With $\beta > 1$ it must carry less. Higgins and colleagues (2017) introduced the $\beta$-VAE in the hope
# that each latent dimension would then represent one factor, such as slant.
#
# In this table, every $\beta$ other than 1 arises by accident, from a **mean where a sum belongs**:
#
# | reconstruction | KL term | equivalent $\beta$ |
# | --- | --- | --- |
# | sum over pixels | sum over latent dimensions | 1 |
# | **mean** over 784 pixels (`loss="binary_crossentropy"`) | sum over latent dimensions | 784 |
# | sum over pixels | **mean** over 8 latent dimensions | 1/8 |
# | **mean** over 784 pixels | **mean** over 8 latent dimensions | 784/8 = 98 |
#
# Dividing the first term by 784 is the same as multiplying the second by 784, except for a common factor, which
# hardly affects Adam. The equivalent value depends on the image size. **Compare values of $\beta$ only between losses
# that sum in the same way.**
#
# We train the network of section 7 on about a third of the images for several values of $\beta$. **Predict:** what
# will a VAE with $\beta = 784$ draw?
# %% [markdown] lang="pt-BR"
# ## 8. O peso $\beta$ e um erro comum
#
# O peso $\beta$ define quanto o termo KL conta em relação à reconstrução. Com $\beta < 1$, o código pode carregar
# mais informação: as reconstruções melhoram, mas as posterioris se estreitam, e seu conjunto pode se afastar da
# priori. Com $\beta > 1$, ele precisa carregar menos. Higgins e colegas (2017) propuseram o $\beta$-VAE na esperança
# de que cada dimensão latente representasse então um só fator, como a inclinação.
#
# Nesta tabela, todo $\beta$ diferente de 1 surge por acidente, de uma **média onde deveria haver uma soma**:
#
# | reconstrução | termo KL | $\beta$ equivalente |
# | --- | --- | --- |
# | soma sobre os pixels | soma sobre as dimensões latentes | 1 |
# | **média** sobre 784 pixels (`loss="binary_crossentropy"`) | soma sobre as dimensões latentes | 784 |
# | soma sobre os pixels | **média** sobre 8 dimensões latentes | 1/8 |
# | **média** sobre 784 pixels | **média** sobre 8 dimensões latentes | 784/8 = 98 |
#
# Dividir o primeiro termo por 784 equivale a multiplicar o segundo por 784, a não ser por um fator comum, que quase
# não afeta o Adam. O valor equivalente depende do tamanho da imagem. **Só compare valores de $\beta$ entre custos que
# somam da mesma forma.**
#
# Treinamos a rede da seção 7 com cerca de um terço das imagens para vários valores de $\beta$. **Arrisque:** o que
# desenhará um VAE com $\beta = 784$?
# %%
few = x_train[: settings.pick(quick=1000, class_=20_000, full=55_000)]
betas = settings.pick(
    quick=(1, 784), class_=(1 / latent_dim, 1, 4, 784), full=(1 / latent_dim, 1, 4, 16, 784)
)
beta_epochs = settings.pick(quick=4, class_=8, full=50)
spectrum = {}
for beta in betas:
    keras.utils.set_random_seed(settings.seed())
    beta_encoder, beta_decoder, model = build_vae(widths, latent_dim, beta=beta, seed=settings.seed())
    train(model, few, beta_epochs, peak=3e-3, xla=False)
    parts = costs(beta_encoder, beta_decoder, x_test)
    active = (np.asarray(beta_encoder(x_test)[0]).std(axis=0) > 0.1).sum()
    images = decode(beta_decoder, normal(n, latent_dim))
    spectrum[beta] = (
        *parts,
        active,
        *quality(images, x_test, classifier, classifier_features, limit),
        images[:12].copy(),
    )
del few  # frees memory  # pt: libera memória
# %%
rows = [
    (
        "1/8" if beta < 1 else f"{beta}",
        *(text.number(v, f) for v, f in zip(parts, (".1f", ".1f", ".0f", ".1%", ".1f"))),
    )
    for beta, parts in spectrum.items()
]
header = ("β", "reconstruction", "KL", "active dimensions", "samples recognised", "Fréchet distance")
# pt: "reconstrução", "dimensões ativas"
text.table(header, rows, "Test images and samples; reconstruction and KL in nats per image")
# pt: "Imagens de teste e amostras; reconstrução e KL em nats por imagem"
plot.image_rows(
    {f"β = {row[0]}": parts[-1] for row, parts in zip(rows, spectrum.values())},
    alt="Samples for each beta: varied at one eighth and 1, more blurred at 4, twelve times the same grey mean image at 784.",
    # pt: "Amostras para cada beta: variadas em um oitavo e 1, mais borradas em 4, doze vezes a mesma imagem média cinza em 784."
)
low, kl_high = min(betas), abs(spectrum[max(betas)][1])
# %% tags=["claims"]
claims.check(
    source,
    bce_low=spectrum[low][0],
    kl_low=spectrum[low][1],
    bce_one=spectrum[1][0],
    kl_one=spectrum[1][1],
    kl_high=kl_high,
)


# %% [markdown] lang="en"
# The table shows the trade-off. At $\beta = 1/8$ the reconstruction loss is {{ bce_low }} nats and the KL term {{
# kl_low }} nats; at $\beta = 1$ they are {{ bce_one }} and {{ kl_one }}. A better
# reconstruction does not mean better samples: the Fréchet distance is larger at $\beta = 1/8$ than at $\beta = 1$.
#
# With $\beta = 784$, the program with the wrong mean, the KL is {{ kl_high }}, no latent dimension is
# active, and every sample is the mean image. The posterior is practically equal to the prior for every image, and
# the decoder ignores the code. This is **posterior collapse**. The program reports no error, and its loss falls as
# usual. *Always print both terms of the loss.*
# %% [markdown] lang="pt-BR"
# A tabela mostra o compromisso. Com $\beta = 1/8$, o custo de reconstrução é de {{ bce_low }} nats, e o termo KL, de
# {{ kl_low }} nats; com $\beta = 1$, são {{ bce_one }} e {{ kl_one }}. Reconstruir melhor não significa
# gerar melhor: a distância de Fréchet é maior com $\beta = 1/8$ que com $\beta = 1$.
#
# Com $\beta = 784$, o programa com a média errada, a KL é {{ kl_high }}, nenhuma dimensão latente está
# ativa, e toda amostra é a imagem média. Em todas as imagens a posteriori é praticamente igual à priori, e o
# decodificador ignora o código. É o **colapso da posteriori**. O programa não acusa erro, e o custo cai normalmente.
# *Mostre sempre os dois termos do custo.*
# %% [markdown] lang="en"
# ## Check yourself
#
# Answer first, then open.
#
# **1.** Which three properties for sampling does the latent space of a plain autoencoder lack? Which part of the VAE
# provides each?
#
# <details><summary>Answer</summary>A known distribution: the KL term pulls the posteriors towards N(0, I). Continuity: the decoder is trained on noisy codes and must reconstruct the same image in a neighbourhood. Completeness: both together; wide posteriors that fill a known distribution leave little room for gaps. None of the three is guaranteed.</details>
#
# **2.** A student's VAE draws the same grey blur for every code, and its KL is zero. What do you look for in the
# program?
#
# <details><summary>Answer</summary>A mean over the pixels next to a sum over the latent dimensions. With 784 pixels this is β = 784. The posterior then collapses to N(0, I), the code carries no information, and the best output is the mean image. A β that was deliberately set too large has the same effect.</details>
#
# **3.** Why does the network compute log σ² and not σ?
#
# <details><summary>Answer</summary>A dense layer outputs any real number, but a standard deviation must be positive. Its logarithm may be any number, and the KL formula needs log σ² anyway.</details>
#
# **4.** Why write z = μ + σε instead of drawing z from N(μ, σ²) directly?
#
# <details><summary>Answer</summary>The distribution is the same, but the randomness is now in ε, which depends on no weight. So z has derivatives with respect to μ (it is 1) and σ (it is ε), and gradient descent is possible.</details>
#
# **5.** Our pixels are grey. Is the loss, with its sign changed, the ELBO?
#
# <details><summary>Answer</summary>No. The summed cross-entropy equals −log p(x|z) only if every pixel is 0 or 1. With grey pixels the normalising constant of the density is missing. Binarise the images or use the continuous Bernoulli distribution.</details>
#
# **6.** A colleague's VAE has a larger squared error than your plain autoencoder of the same size. Is it a bad VAE?
#
# <details><summary>Answer</summary>Not for this reason: its decoder works from noisy codes. If you only need reconstructions, use the plain autoencoder. Evaluate a VAE by its samples, and compare them with those of the plain autoencoder with a distribution fitted to its codes.</details>
# %% [markdown] lang="pt-BR"
# ## Teste-se
#
# Responda primeiro, abra depois.
#
# **1.** Quais são as três propriedades para amostragem que faltam ao espaço latente de um autoencoder comum? Que
# parte do VAE fornece cada uma?
#
# <details><summary>Resposta</summary>Distribuição conhecida: o termo KL aproxima as posterioris de N(0, I). Continuidade: o decodificador treina com códigos ruidosos e precisa reconstruir a mesma imagem em uma vizinhança. Completude: os dois juntos; posterioris largas que preenchem uma distribuição conhecida deixam pouco espaço para vazios. Nenhuma das três é garantida.</details>
#
# **2.** O VAE de um aluno desenha o mesmo borrão cinza para qualquer código, e sua KL é zero. O que você procura no
# programa?
#
# <details><summary>Resposta</summary>Uma média sobre os pixels ao lado de uma soma sobre as dimensões latentes. Com 784 pixels, isso é β = 784. A posteriori colapsa em N(0, I), o código não carrega informação, e a melhor saída é a imagem média. Um β escolhido grande demais tem o mesmo efeito.</details>
#
# **3.** Por que a rede calcula log σ² e não σ?
#
# <details><summary>Resposta</summary>A saída de uma camada densa é um número real qualquer, mas um desvio padrão precisa ser positivo. Seu logaritmo pode ser qualquer número, e a fórmula da KL usa log σ² de todo modo.</details>
#
# **4.** Por que escrever z = μ + σε em vez de sortear z diretamente de N(μ, σ²)?
#
# <details><summary>Resposta</summary>A distribuição é a mesma, mas o acaso passa a estar em ε, que não depende de nenhum peso. Assim, z tem derivadas em relação a μ (vale 1) e a σ (vale ε), e a descida do gradiente é possível.</details>
#
# **5.** Nossos pixels têm tons de cinza. O custo, com o sinal trocado, é o ELBO?
#
# <details><summary>Resposta</summary>Não. A entropia cruzada somada só é igual a −log p(x|z) se todo pixel vale 0 ou 1. Com tons de cinza, falta a constante de normalização da densidade. Binarize as imagens ou use a distribuição Bernoulli contínua.</details>
#
# **6.** O VAE de um colega tem erro quadrático maior que o do seu autoencoder comum do mesmo tamanho. O VAE é ruim?
#
# <details><summary>Resposta</summary>Não por esse motivo: o decodificador dele trabalha com códigos ruidosos. Se você só precisa de reconstruções, use o autoencoder comum. Avalie um VAE por suas amostras e compare-as com as do autoencoder comum com uma distribuição ajustada aos códigos.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# The cell below each exercise checks your answer at once. Call, for example, `check.mixture.hint()` for a hint, and
# call it again for a clearer one.
#
# ### Find the bug
#
# An assistant was asked for a function that returns the two terms of a VAE's loss, in nats per image. It works with any
# encoder and decoder, and its values look plausible. Correct it, and write into `noticed`, in one sentence, how the
# output shows the mistake. The table of section 8 has values to compare with.
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# A célula abaixo de cada exercício verifica sua resposta na hora. Chame, por exemplo, `check.mixture.hint()` para ver
# uma dica; chame de novo para uma dica mais clara.
#
# ### Encontre o erro
#
# Pedimos a um assistente uma função que devolva os dois termos do custo de um VAE, em nats por imagem. Ela funciona com
# qualquer codificador e decodificador, e seus valores parecem plausíveis. Corrija-a e escreva em `noticed`, em uma
# frase, como a saída mostra o erro. A tabela da seção 8 tem valores para comparar.
# %% exercise="bug" role="answer"
def loss_terms(x, encoder, decoder):
    """Reconstruction loss and KL term of a VAE for the images `x`, in nats per image."""
    # pt: """Custo de reconstrução e termo KL de um VAE nas imagens `x`, em nats por imagem."""
    z_mean, z_log_var, z = encoder(x)
    reconstruction = ops.sum(ops.binary_crossentropy(x, decoder(z)), axis=-1)
    kl = -0.5 * ops.mean(1 + z_log_var - ops.square(z_mean) - ops.exp(z_log_var), axis=-1)
    return float(ops.mean(reconstruction)), float(ops.mean(kl))


text.say("reconstruction {:.1f}, KL {:.1f}", *loss_terms(x_test, vae_encoder, vae_decoder))
# pt: "reconstrução {:.1f}, KL {:.1f}"
noticed = ""


### BEGIN SOLUTION
def loss_terms(x, encoder, decoder):
    z_mean, z_log_var, z = encoder(x)
    reconstruction = ops.sum(ops.binary_crossentropy(x, decoder(z)), axis=-1)
    kl = -0.5 * ops.sum(1 + z_log_var - ops.square(z_mean) - ops.exp(z_log_var), axis=-1)
    return float(ops.mean(reconstruction)), float(ops.mean(kl))


noticed = (
    "The KL is far below that of beta = 1 in section 8, although this network reconstructs better: it is an average, not a sum."
    # pt: "A KL fica muito abaixo da de beta = 1 na seção 8, embora esta rede reconstrua melhor: ela é uma média, não uma soma."
)
### END SOLUTION
# %% exercise="bug" role="check"
from exercises import vae as check

check.find_bug(loss_terms, noticed)
# check.find_bug.hint()
# %% [markdown] lang="en"
# ### Exercise 1: a better distribution for the plain autoencoder
#
# A single normal distribution fits the codes of the plain autoencoder poorly. A **mixture** of ten normals may fit
# better. Fit scikit-learn's `GaussianMixture(10, random_state=0)` to 10,000 codes of `z_train8`. Draw `n` codes from
# it, and put them into `mixture_codes`, with shape (`n`, 8). The cell below decodes and evaluates them. Is the VAE
# still ahead? What does it offer that this combination does not?
# %% [markdown] lang="pt-BR"
# ### Exercício 1: uma distribuição melhor para o autoencoder comum
#
# Uma única normal se ajusta mal aos códigos do autoencoder comum. Uma **mistura** de dez normais pode se ajustar
# melhor. Ajuste a `GaussianMixture(10, random_state=0)` do scikit-learn a 10.000 códigos de `z_train8`. Sorteie dela
# `n` códigos e guarde-os em `mixture_codes`, com formato (`n`, 8). A célula abaixo decodifica e avalia esses códigos.
# O VAE ainda está à frente? O que ele oferece que essa combinação não oferece?
# %% exercise="1" role="answer"
mixture_codes = None
### BEGIN SOLUTION
from sklearn.mixture import GaussianMixture

mixture = GaussianMixture(10, random_state=0).fit(z_train8[:10_000].astype("float64"))
mixture_codes = mixture.sample(n)[0]
# The mixture is a second model, fitted after the autoencoder; it provides a known distribution.
# The VAE needs no second model, and its decoder was trained on neighbourhoods of codes.
# pt: A mistura é um segundo modelo, ajustado depois do autoencoder; ela fornece uma distribuição
# pt: conhecida. O VAE dispensa o segundo modelo, e seu decodificador treinou com vizinhanças.
### END SOLUTION
# %% exercise="1" role="check"
check.mixture(mixture_codes, z_train8, n)
# check.mixture.hint()
if check.mixture.done:
    drawn = decode(plain_decoder, np.asarray(mixture_codes, "float32"))
    for name, values in {
        "normal": scores["plain"],
        "VAE": scores["VAE"],
        "mixture": quality(drawn, x_test, classifier, classifier_features, limit),  # pt: "mistura"
    }.items():
        text.say("{:10}{:8.1%}{:10.1f}", name, *values)
# %% [markdown] lang="en"
# ### Exercise 2: KL divergence by latent dimension
#
# For the VAE of section 7, compute the KL divergence of **each latent dimension**, averaged over the test images, as
# an array `kl_by_number` of shape (8,). The sum of the array must be the total KL. How many of the eight dimensions
# carry less than a tenth of a nat?
# %% [markdown] lang="pt-BR"
# ### Exercício 2: divergência KL por dimensão latente
#
# Para o VAE da seção 7, calcule a divergência KL de **cada dimensão latente**, em média sobre as imagens de teste,
# como um vetor `kl_by_number` de formato (8,). A soma do vetor deve ser a KL total. Quantas das oito dimensões
# carregam menos de um décimo de nat?
# %% exercise="2" role="answer"
kl_by_number = None
### BEGIN SOLUTION
test_mean, test_log_var, _ = (np.asarray(part) for part in vae_encoder(x_test))
kl_by_number = 0.5 * (test_mean**2 + np.exp(test_log_var) - 1 - test_log_var).mean(axis=0)
### END SOLUTION
# %% exercise="2" role="check"
check.kl_numbers(kl_by_number, vae_encoder, x_test)
# check.kl_numbers.hint()
if check.kl_numbers.done:
    print(*(text.number(kl, ".2f") for kl in np.sort(kl_by_number)[::-1]), sep="; ")
# %% [markdown] lang="en"
# ### Exercise 3: sampling temperature
#
# Draw `n` codes from $\mathcal N(0, \tau^2 I)$ for the **temperatures** $\tau$ = 0.5, 0.8, 1.0 and 1.3. Store the
# result of `quality` for each in the dictionary `by_temperature` (for example `{0.5: (0.99, 40.0)}`). Which
# temperature gives the smallest Fréchet distance, and which the largest share recognised? The cell below also prints
# the standard deviation of the VAE's test codes. Use it to explain your result.
# %% [markdown] lang="pt-BR"
# ### Exercício 3: temperatura da amostragem
#
# Sorteie `n` códigos de $\mathcal N(0, \tau^2 I)$ para as **temperaturas** $\tau$ = 0,5, 0,8, 1,0 e 1,3. Guarde o
# resultado de `quality` de cada uma no dicionário `by_temperature` (por exemplo, `{0.5: (0.99, 40.0)}`). Que
# temperatura dá a menor distância de Fréchet, e qual dá a maior fração de reconhecidas? A célula abaixo mostra também
# o desvio padrão dos códigos de teste do VAE. Use-o para explicar seu resultado.
# %% exercise="3" role="answer"
by_temperature = {}
### BEGIN SOLUTION
for tau in (0.5, 0.8, 1.0, 1.3):
    cooled = decode(vae_decoder, tau * normal(n, latent_dim))
    by_temperature[tau] = quality(cooled, x_test, classifier, classifier_features, limit)


# At a low temperature the samples come from near the origin and have too little variety. At a high
# temperature many codes are outside the posteriors. If the standard deviations printed below are
# above 1, a temperature slightly above 1 can match the codes better than the prior does.
# pt: Com temperatura baixa, as amostras vêm de perto da origem e variam pouco. Com temperatura alta,
# pt: muitos códigos ficam fora das posterioris. Se os desvios padrão mostrados abaixo passam de 1,
# pt: uma temperatura um pouco acima de 1 pode corresponder melhor aos códigos do que a priori.
### END SOLUTION
# %% exercise="3" role="check"
def quality_of(codes):
    """`quality` of the images decoded from some codes."""
    # pt: """`quality` das imagens decodificadas de alguns códigos."""
    return quality(decode(vae_decoder, codes), x_test, classifier, classifier_features, limit)


check.temperatures(by_temperature, quality_of, (n, latent_dim))
# check.temperatures.hint()
if check.temperatures.done:
    for tau, (share, distance) in sorted(by_temperature.items()):
        text.say("{:4.1f}{:8.1%}{:10.1f}", tau, share, distance)
    spreads = np.asarray(vae_encoder(x_test)[2]).std(axis=0)
    print(*(text.number(spread, ".2f") for spread in spreads), sep="; ")


# %% [markdown] lang="en"
# ## Summary
#
# - A plain autoencoder is trained only at the codes of its training images. Codes between them may decode to
#   implausible images.
# - A VAE encodes an image as a normal distribution, trains its decoder on samples from it, and penalises its KL
#   divergence from the prior $\mathcal N(0, I)$.
# - The KL divergence between normal distributions has a closed form. Check your code against a Monte Carlo estimate.
# - **Sum** the cross-entropy over pixels and the KL over latent dimensions, and average over images only: that is
#   $\beta = 1$. It is the negative ELBO if the pixels are binary.
# - In this lesson the VAE had fewer gaps and smoother transitions than the plain autoencoder, and could be sampled
#   from $\mathcal N(0, I)$. The plain autoencoder reconstructed better, and with a normal fitted to its codes it came
#   close in sample quality.
# - A classifier that cannot reject an image is confident about many images that show no digit. Calibrate it on a
#   known bad case, such as double exposures.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - Um autoencoder comum só é treinado nos códigos das imagens de treino. Códigos entre eles podem se decodificar em
#   imagens implausíveis.
# - Um VAE codifica a imagem como uma distribuição normal, treina o decodificador com amostras dela e penaliza sua
#   divergência KL em relação à priori $\mathcal N(0, I)$.
# - A divergência KL entre normais tem forma fechada. Confira seu código com uma estimativa de Monte Carlo.
# - **Some** a entropia cruzada sobre os pixels e a KL sobre as dimensões latentes e tire a média apenas entre as
#   imagens: isso é $\beta = 1$. É o ELBO com sinal trocado se os pixels são binários.
# - Nesta aula, o VAE teve menos vazios e transições mais suaves que o autoencoder comum e permitiu amostrar de
#   $\mathcal N(0, I)$. O autoencoder comum reconstruiu melhor e, com uma normal ajustada aos códigos, chegou perto na
#   qualidade das amostras.
# - Um classificador que não pode rejeitar tem certeza diante de muitas imagens que não mostram nenhum dígito.
#   Calibre-o com um caso sabidamente ruim, como as duplas exposições.
# %% [markdown] lang="en"
# ## Going further
#
# ### Completeness and continuity
#
# We measure two more properties of the latent spaces of section 5, for the VAE and twice for the plain autoencoder,
# with codes from $\mathcal N(0, I)$ and from the fitted normal:
#
# - **completeness:** the share of the images that is recognised, and the number of classes that make up at least 2%
#   of the images;
# - **continuity:** the root mean squared difference between the images of a code and of a **neighbour** a tenth of a
#   standard deviation away. We report the 99th percentile, and how often both images get the same class.
# %% [markdown] lang="pt-BR"
# ## Para ir além
#
# ### Completude e continuidade
#
# Medimos mais duas propriedades dos espaços latentes da seção 5, para o VAE e duas vezes para o autoencoder comum, com
# códigos de $\mathcal N(0, I)$ e da normal ajustada:
#
# - **completude:** a fração das imagens que é reconhecida e o número de classes que respondem por ao menos 2% das
#   imagens;
# - **continuidade:** a raiz da diferença quadrática média entre as imagens de um código e de um **vizinho** a um
#   décimo de desvio padrão. Informamos o percentil 99 e com que frequência as duas imagens recebem a mesma classe.
# %%
def survey(decoder, draws, scale):
    """Share recognised, classes drawn, step to a neighbour (99th percentile), share of classes kept."""
    # pt: """Fração reconhecida, classes desenhadas, passo ao vizinho (percentil 99), classes mantidas."""
    direction = np.random.default_rng(0).standard_normal(draws.shape)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    here = decode(decoder, draws)
    there = decode(decoder, (draws + 0.1 * scale * direction).astype("float32"))
    step = np.sqrt(((here - there) ** 2).mean(axis=(1, 2)))
    (class_here, p), (class_there, _) = classify(classifier, here), classify(classifier, there)
    classes = (np.bincount(class_here, minlength=10) >= 0.02 * len(draws)).sum()
    same = (class_here == class_there).mean()
    return float((p > limit).mean()), int(classes), float(np.quantile(step, 0.99)), float(same)


# %%
surveys = [
    survey(plain2_decoder, normal(n, 2), z_plain2.std(axis=0)),
    survey(plain2_decoder, fitted(z_plain2, n), z_plain2.std(axis=0)),
    survey(vae2_decoder, normal(n, 2), z_train.std(axis=0)),
]
# %%
header = (
    "model",
    "codes from",  # pt: "códigos de"
    "recognised",  # pt: "reconhecidos"
    "classes drawn",  # pt: "classes desenhadas"
    "step, 99th percentile",  # pt: "passo, percentil 99"
    "class kept",  # pt: "classe mantida"
)
names = [("plain autoencoder", "N(0, I)"), ("plain autoencoder", "fitted normal"), ("VAE", "N(0, I)")]
caption = "Sampled codes, latent dimension 2"  # pt: "Códigos sorteados, dimensão latente 2"
formats = (".1%", ".0f", ".3f", ".1%")
rows = [
    (*name, *(text.number(v, f) for v, f in zip(values, formats))) for name, values in zip(names, surveys)
]
text.table(header, rows, caption)
# %% tags=["claims"]
_, by_fit, by_vae = surveys
claims.check(
    source,
    recognised_plain2=by_fit[0],
    recognised_vae2=by_vae[0],
    classes_plain=by_fit[1],
    classes_vae=by_vae[1],
    worst_plain=by_fit[2],
    worst_vae=by_vae[2],
)


# %% [markdown] lang="en"
# The table shows:
#
# - **Continuity.** For one neighbour in a hundred, the images differ by more than {{ worst_plain }} (plain) or {{
#   worst_vae }} (VAE). Noise in training should have this effect. The class of the neighbour is the same about
#   equally often, because both maps have borders between classes.
# - **Completeness.** The VAE draws {{ classes_vae }} of the ten classes. The plain autoencoder draws {{ classes_plain
#   }} from its fitted normal, and fewer from $\mathcal N(0, I)$. However, {{ recognised_plain2 }} of the plain
#   autoencoder's images are recognised (fitted normal) and only {{ recognised_vae2 }} of the VAE's. **By this measure
#   the plain autoencoder is better.** With two dimensions the posteriors of different digits overlap, and the decoder
#   draws a blurred compromise.
#
# ### Interpolation between two images
#
# **Interpolation** decodes points on the straight line between two codes. If the latent space is continuous and
# complete, the intermediate images should be plausible. We compare three ways from a 7 to a 2: averaging *pixels*,
# the line between the plain autoencoder's codes, and the line between the VAE's means.
# %% [markdown] lang="pt-BR"
# A tabela mostra:
#
# - **Continuidade.** Em um de cada cem vizinhos, as imagens diferem por mais de {{ worst_plain }} (comum) ou {{
#   worst_vae }} (VAE). É o efeito que se espera do ruído no treino. A classe do vizinho é a mesma com frequência
#   parecida, pois os dois mapas têm fronteiras entre classes.
# - **Completude.** O VAE desenha {{ classes_vae }} das dez classes. O autoencoder comum desenha {{ classes_plain }} a
#   partir da normal ajustada e menos a partir de $\mathcal N(0, I)$. No entanto, {{ recognised_plain2 }} das imagens
#   do comum são reconhecidas (normal ajustada), e só {{ recognised_vae2 }} das do VAE. **Por essa medida, o
#   autoencoder comum é melhor.** Com duas dimensões, as posterioris de dígitos diferentes se sobrepõem, e o
#   decodificador desenha um meio-termo borrado.
#
# ### Interpolação entre duas imagens
#
# A **interpolação** decodifica pontos da reta entre dois códigos. Se o espaço latente é contínuo e completo, as
# imagens intermediárias devem ser plausíveis. Comparamos três caminhos de um 7 a um 2: a média dos *pixels*, a reta
# entre os códigos do autoencoder comum e a reta entre as médias do VAE.
# %%
def film(a, b, t):
    """Points at the fractions `t` of the straight lines from the rows of `a` to those of `b`."""
    # pt: """Pontos nas frações `t` das retas que vão das linhas de `a` às de `b`."""
    return np.concatenate([a + (b - a) * fraction for fraction in t]).astype("float32")


z_plain, z_vae = np.asarray(plain_encoder(x_test)), np.asarray(vae_encoder(x_test)[0])
first, last = (int(np.flatnonzero(y_test == digit)[0]) for digit in (7, 2))
t = np.linspace(0, 1, 11)
ends = slice(first, first + 1), slice(last, last + 1)
plot.image_rows(
    {
        "pixels": film(x_test[ends[0]], x_test[ends[1]], t).reshape(-1, 28, 28),
        "plain": decode(plain_decoder, film(z_plain[ends[0]], z_plain[ends[1]], t)),  # pt: "comum"
        "VAE": decode(vae_decoder, film(z_vae[ends[0]], z_vae[ends[1]], t)),
    },
    alt="Three ways from a 7 to a 2: pixels show both digits at once; both networks pass through faint images, the VAE's less readable.",
    # pt: "Três caminhos de um 7 a um 2: os pixels mostram os dois dígitos ao mesmo tempo; as redes passam por imagens fracas, as do VAE menos legíveis."
)
# %% [markdown] lang="en"
# In this example the pixel row shows both digits at once. The plain autoencoder's faintest images are in the seventh
# and eighth columns. The VAE's images in the fourth to sixth columns are even harder to read. One pair proves
# nothing, so we count over about two thousand pairs of test images of different classes. The classifier sees the
# image at the midpoint:
# %% [markdown] lang="pt-BR"
# Neste exemplo, a linha dos pixels mostra os dois dígitos ao mesmo tempo. As imagens mais fracas do autoencoder comum
# estão na sétima e na oitava colunas. As do VAE, da quarta à sexta coluna, são ainda mais difíceis de ler. Um só
# par não prova nada; por isso contamos em cerca de dois mil pares de imagens de teste de classes diferentes. O classificador
# vê a imagem do ponto médio:
# %%
middle_plain, middle_vae = (
    (classify(classifier, decode(decoder, film(z[a], z[b], [0.5])))[1] > limit).mean()
    for z, decoder in ((z_plain, plain_decoder), (z_vae, vae_decoder))
)
text.say("midpoints recognised: plain {:.1%}, VAE {:.1%}", middle_plain, middle_vae)
# pt: "pontos médios reconhecidos: comum {:.1%}, VAE {:.1%}"
# %% tags=["claims"]
claims.check(
    source,
    recognised_double=recognised_double,
    recognised_middle_plain=middle_plain,
    recognised_middle_vae=middle_vae,
)
# %% [markdown] lang="en"
# The classifier recognises {{ recognised_middle_plain }} of the plain autoencoder's midpoints and {{
# recognised_middle_vae }} of the VAE's, against {{ recognised_double }} of the pixel averages, which are double
# exposures. Both autoencoders are above this floor; in this run the VAE is slightly ahead. Most midpoints of both
# models, however, are not recognised. Between two digits there are codes that decode to no digit, in a VAE too.
#
# ### Explore: a walk in eight dimensions
#
# Choose two test images and move from one ($t = 0$) to the other ($t = 1$), and beyond. Below each image you see the
# classifier's answer and its probability. Find a pair where only the VAE's path stays readable, and a pair where only
# the plain autoencoder's does. Then find a double exposure with a probability above 90%.
# %% [markdown] lang="pt-BR"
# O classificador reconhece {{ recognised_middle_plain }} dos pontos médios do autoencoder comum e {{
# recognised_middle_vae }} dos pontos médios do VAE, contra {{ recognised_double }} das médias de pixels, que são
# duplas exposições. Os dois autoencoders ficam acima desse piso; nesta execução, o VAE está um pouco à frente. A
# maioria dos pontos médios, porém, não é reconhecida em nenhum dos dois modelos. Entre dois dígitos há códigos que
# não se decodificam em nenhum dígito, também no VAE.
#
# ### Explore: um passeio em oito dimensões
#
# Escolha duas imagens de teste e vá de uma ($t = 0$) à outra ($t = 1$), e além. Sob cada imagem aparecem a resposta
# do classificador e sua probabilidade. Encontre um par em que só o caminho do VAE permaneça legível e outro em que só
# o do autoencoder comum permaneça. Depois, encontre uma dupla exposição com probabilidade acima de 90%.
# %%
explore.vae.walk(
    x_test[:200],
    {"VAE": (z_vae[:200], vae_decoder), "plain": (z_plain[:200], plain_decoder)},  # pt: "comum"
    classifier,
    digits,
)
# %% [markdown] lang="en"
# ### The trade-off of $\beta$ as a curve
#
# The curve shows the two terms of section 8 for each $\beta$. The horizontal axis is the KL term, an upper bound on the
# information in the code. More information allows better reconstructions.
# %% [markdown] lang="pt-BR"
# ### O compromisso de $\beta$ em uma curva
#
# A curva mostra os dois termos da seção 8 para cada $\beta$. O eixo horizontal é o termo KL, um limite superior da
# informação no código. Mais informação permite reconstruções melhores.
# %%
fig, ax = plt.subplots(figsize=(8, 4.8))
kls, bces = [parts[1] for parts in spectrum.values()], [parts[0] for parts in spectrum.values()]
ax.plot(kls, bces, "o-")
for beta, kl, bce in zip(spectrum, kls, bces):
    name = "1/8" if beta < 1 else f"{beta}"
    ax.annotate(rf"$\beta$ = {name}", (kl, bce), xytext=(10, 8), textcoords="offset points")
ax.margins(0.15)
ax.set(xlabel="KL, upper bound of the information (nats)", ylabel="reconstruction (nats)")
# pt: "KL, limite superior da informação (nats)"
plot.show(
    fig,
    alt="A falling curve: KL 0 and the largest reconstruction loss at beta 784; the largest KL and smallest loss at one eighth.",
    # pt: "Curva decrescente: KL zero e o maior custo de reconstrução em beta 784; a maior KL e o menor custo em um oitavo."
)


# %% [markdown] lang="en"
# ### A conditional VAE
#
# A VAE does not let you choose the class of a sample. The **conditional VAE** (Sohn, Lee and Yan, 2015) does. Encoder
# and decoder both receive the label as a one-hot vector, that is, ten numbers of which one is 1. The code then need
# not store *which* digit the image shows, and can describe *how* it is written: slant, width, thickness.
#
# In Keras each part gets a second input, and one line of the model changes.
# %% [markdown] lang="pt-BR"
# ### Um VAE condicional
#
# Um VAE não permite escolher a classe da amostra. O **VAE condicional** (Sohn, Lee e Yan, 2015) permite.
# Codificador e decodificador recebem também o rótulo como vetor *one-hot*, isto é, dez números dos quais um vale 1. O
# código então não precisa guardar *qual* é o dígito e pode descrever *como* ele foi escrito: inclinação, largura,
# espessura.
#
# No Keras, cada parte ganha uma segunda entrada, e muda uma linha do modelo.
# %%
class ConditionalVAE(VAE):
    """A VAE whose encoder and decoder also receive the label."""

    # pt: """Um VAE cujo codificador e decodificador recebem também o rótulo."""

    def call(self, inputs):
        return self.decoder([self.draw(inputs), inputs[1]])


def build_conditional(widths, latent_dim, classes=10, seed=7):
    """Encoder from (image, label), decoder from (code, label), and the model of both."""
    # pt: """Codificador de (imagem, rótulo), decodificador de (código, rótulo) e o modelo dos dois."""
    x, y = keras.Input((784,), name="pixels"), keras.Input((classes,), name="label")
    hidden = layers.Concatenate()([x, y])
    for width in widths:
        hidden = layers.Dense(width, "relu")(hidden)
    encoder = keras.Model([x, y], posterior(hidden, latent_dim, seed), name="encoder")
    z, y = keras.Input((latent_dim,), name="code"), keras.Input((classes,), name="label")
    hidden = layers.Concatenate()([z, y])
    for width in reversed(widths):
        hidden = layers.Dense(width, "relu")(hidden)
    decoder = keras.Model([z, y], layers.Dense(784, "sigmoid", name="x_hat")(hidden), name="decoder")
    return encoder, decoder, ConditionalVAE(encoder, decoder)


# %%
def image_and_label(both, _):
    """Splits each row into the two inputs (pixels, label) and the target (pixels)."""
    # pt: """Separa cada linha nas duas entradas (pixels, rótulo) e no alvo (pixels)."""
    return (both[:, :784], both[:, 784:]), both[:, :784]


one_hot = np.eye(10, dtype="float32")
labelled = tf.concat([x_train, one_hot[y_train]], axis=1)
del x_train  # `labelled` contains their pixels  # pt: `labelled` contém seus pixels
keras.utils.set_random_seed(settings.seed())
given_encoder, given_decoder, conditional = build_conditional(widths, latent_dim, seed=settings.seed())
_ = train(conditional, labelled, settings.pick(quick=6, class_=8, full=50), 3e-3, prepare=image_and_label)
# %%
styles = np.repeat(normal(6, latent_dim), 10, axis=0)
pages = np.asarray(given_decoder([styles, np.tile(one_hot, (6, 1))])).reshape(6, 10, 28, 28)
plot.image_rows(
    {f"{hand + 1}": page for hand, page in enumerate(pages)},
    alt="Six rows of ten images, one for each requested digit: rows 3, 5 and 6 mostly readable in a constant style, row 2 mostly blotches.",
    # pt: "Seis linhas de dez imagens, uma por dígito pedido: linhas 3, 5 e 6 quase sempre legíveis e de estilo constante, linha 2 quase só borrões."
)
asked = np.arange(n) % 10
answers = np.asarray(given_decoder([normal(n, latent_dim), one_hot[asked]]))
named, _ = classify(classifier, answers)
given_right = (named == asked).mean()
text.say("samples classified as requested: {:.1%}", given_right)
# pt: "amostras classificadas como pedido: {:.1%}"
# %% tags=["claims"]
claims.check(source, given_right=given_right, classifier_accuracy=accuracy)
# %% [markdown] lang="en"
# Each row shows **one** code with ten labels. In rows 3, 5 and 6 slant and thickness stay similar across most digits.
# Row 2 is mostly blotches, and row 1 has a 0 and a 2 that look like other digits.
#
# The classifier reads {{ given_right }} of ten thousand samples as the requested digit, against {{ classifier_accuracy }}
# for real test images. So the label has a clear effect, but one code does not fit all digits equally well.
#
# ### Clothes
#
# We repeat section 7 with the same functions on Fashion-MNIST. A new classifier learns the classes of clothes, and is
# calibrated in the same way. It also shows whether a *reconstruction* keeps the class that it gives the original.
# %% [markdown] lang="pt-BR"
# Cada linha mostra **um** código com dez rótulos. Nas linhas 3, 5 e 6, a inclinação e a espessura se mantêm parecidas
# na maioria dos dígitos. A linha 2 tem quase só borrões, e a linha 1 tem um 0 e um 2 que parecem outros dígitos.
#
# O classificador lê {{ given_right }} de dez mil amostras como o dígito pedido, contra {{ classifier_accuracy }} nas
# imagens reais de teste. O rótulo tem, portanto, um efeito claro, mas um mesmo código não serve igualmente a todos os
# dígitos.
#
# ### Roupas
#
# Repetimos a seção 7 com as mesmas funções no Fashion-MNIST. Um novo classificador aprende as classes de roupas e é
# calibrado da mesma forma. Ele mostra também se uma *reconstrução* mantém a classe que ele dá à original.
# %%
del (
    x_val,
    labelled,
    x_hat,
    samples,
    images,
    doubles,
    answers,
    conditional,
    model,
)  # frees memory for the clothes
# pt: libera memória para as roupas
fashion = data.mnist.load_fashion()
print(fashion.provenance)
clothes, clothes_test = (x.reshape(len(x), -1) for x in (fashion.x_train, fashion.x_test))
n_val = len(clothes) // 12
clothes_train, clothes_val = tf.constant(clothes[:-n_val]), clothes[-n_val:].copy()
clothes_source, clothes_labels, labels_val = (
    fashion.source,
    fashion.y_train[:-n_val],
    fashion.y_train[-n_val:],
)
del fashion, clothes
clothes_classifier, clothes_features = train_classifier(clothes_train, clothes_labels)
doubles = double_exposures(clothes_val, labels_val)[0]
clothes_limit = np.quantile(classify(clothes_classifier, doubles)[1], 0.9)
# %%
keras.utils.set_random_seed(settings.seed())
clothes_halves = {"plain": build_plain(widths, latent_dim)}
keras.utils.set_random_seed(settings.seed())
clothes_halves["VAE"] = build_vae(widths, latent_dim, seed=settings.seed())
spent, draws = {}, {"VAE": normal(n, latent_dim)}
for kind, (_, _, model) in clothes_halves.items():
    _, spent[kind] = train(model, clothes_train, settings.pick(quick=6, class_=8, full=25), 3e-3)
codes = [clothes_halves["plain"][0](part) for part in np.array_split(np.asarray(clothes_train), 10)]
draws["plain"] = fitted(np.concatenate(codes), n)
start = time.perf_counter()
clothes_pca = PCA(latent_dim, random_state=0).fit(clothes_train)
spent["PCA"] = time.perf_counter() - start
del clothes_train  # frees memory  # pt: libera memória
# %%
read_as, _ = classify(clothes_classifier, clothes_test)
measure = clothes_test, clothes_classifier, clothes_features, clothes_limit
worth, counts = {"real": quality(clothes_val, *measure)}, {"PCA": 784 * (latent_dim + 1)}
for kind in ("PCA", "plain", "VAE"):
    if kind == "PCA":
        x_hat, samples = pca_baseline(clothes_pca, latent_dim, clothes_test, n)
    else:
        encoder, decoder, model = clothes_halves[kind]
        x_hat, samples = network_results(encoder, decoder, clothes_test, draws[kind])
        counts[kind] = model.count_params()
    pictures[kind] = x_hat[:12].copy(), samples[:12].copy()
    kept = float((classify(clothes_classifier, x_hat)[0] == read_as).mean())
    worth[kind] = *quality(samples, *measure), kept, mse(clothes_test, x_hat)
# %%
rows = []
for kind in counts:
    share, distance, kept, error = worth[kind]
    cells = (error, ".4f"), (counts[kind], ",d"), (spent[kind], ".1f"), (4 * latent_dim, ".0f")
    cells += (kept, ".1%"), (share, ".1%"), (distance, ".1f")
    rows.append((labels[kind], *(text.number(*pair) for pair in cells)))
real = [text.number(value, form) for value, form in zip(worth["real"], (".1%", ".1f"))]
rows.append(("real images (validation)", *"–––––", *real))
header = (
    "model",
    "MSE",
    "parameters",
    "seconds",
    "bytes per code",
    "class kept",  # pt: "classe mantida"
    "samples recognised",
    "Fréchet distance",
)
text.table(header, rows, "Clothes, latent dimension 8: reconstruction of test images, and samples")
# pt: "Roupas, dimensão latente 8: reconstrução de imagens de teste e amostras"
# %%
plot.image_rows(
    {
        "original": clothes_test[:12].reshape(-1, 28, 28),
        "VAE": pictures["VAE"][0].reshape(-1, 28, 28),
        "VAE, samples": pictures["VAE"][1].reshape(-1, 28, 28),  # pt: "VAE, amostras"
        "plain, samples": pictures["plain"][1].reshape(-1, 28, 28),  # pt: "comum, amostras"
    },
    alt="Twelve clothes; the VAE's reconstructions without prints and patterns; samples of the VAE, soft, and of the plain autoencoder, sharper, some broken.",
    # pt: "Doze roupas; as reconstruções do VAE, sem estampas; amostras do VAE, borradas, e do autoencoder comum, mais nítidas, algumas desfeitas."
)
# %% tags=["claims"]
claims.check(
    clothes_source,
    clothes_mse_pca=worth["PCA"][3],
    clothes_mse_plain=worth["plain"][3],
    clothes_mse=worth["VAE"][3],
    clothes_kept_plain=worth["plain"][2],
    clothes_kept=worth["VAE"][2],
    clothes_recognised_real=worth["real"][0],
    clothes_recognised_plain=worth["plain"][0],
    clothes_recognised=worth["VAE"][0],
    clothes_distance_plain=worth["plain"][1],
    clothes_distance=worth["VAE"][1],
)
# %% [markdown] lang="en"
# In this run the plain autoencoder is ahead in two measures of reconstruction and one of sampling. Its MSE is {{
# clothes_mse_plain }} (VAE {{ clothes_mse }}, PCA {{ clothes_mse_pca }}). It keeps the class of {{ clothes_kept_plain
# }} of the images (VAE {{ clothes_kept }}). With a fitted normal, {{ clothes_recognised_plain }} of its samples are
# recognised (VAE {{ clothes_recognised }}). The VAE is ahead only in the Fréchet distance, {{ clothes_distance }}
# against {{ clothes_distance_plain }}.
#
# **Conclusion:** for clothes, with these small networks and few epochs, the VAE has no clear advantage. Its
# reconstructions lose prints and patterns, and its samples are softer. The share recognised is low for real
# validation images too ({{ clothes_recognised_real }}), because shirts, pullovers and coats look alike at this size.
#
# ### Saving encoder and decoder
#
# Generating images needs only the decoder, and computing codes only the encoder, so we save each to its own file.
#
# The encoder contains a layer that Keras does not know. `register_keras_serializable` adds the class to Keras's
# registry, and `get_config` returns the arguments that recreate the layer. A program that loads the file must
# **define or import the class first**, because the file stores its name and not its code. With `safe_mode=True` Keras
# refuses to load arbitrary code from a file.
# %% [markdown] lang="pt-BR"
# Nesta execução, o autoencoder comum está à frente em duas medidas de reconstrução e em uma de amostragem. Seu MSE é
# {{ clothes_mse_plain }} (VAE {{ clothes_mse }}, PCA {{ clothes_mse_pca }}). Ele mantém a classe de {{
# clothes_kept_plain }} das imagens (VAE {{ clothes_kept }}). Com uma normal ajustada, {{ clothes_recognised_plain }}
# das suas amostras são reconhecidas (VAE {{ clothes_recognised }}). O VAE só está à frente na distância de Fréchet:
# {{ clothes_distance }} contra {{ clothes_distance_plain }}.
#
# **Conclusão:** com roupas, redes pequenas e poucas épocas, o VAE não tem vantagem clara. Suas reconstruções perdem
# estampas e padrões, e suas amostras são mais borradas. A fração de reconhecidas é baixa também nas imagens reais de
# validação ({{ clothes_recognised_real }}), porque camisas, suéteres e casacos se parecem neste tamanho.
#
# ### Salvar codificador e decodificador
#
# Para gerar imagens basta o decodificador; para calcular códigos, basta o codificador. Por isso salvamos cada um em
# seu arquivo.
#
# O codificador contém uma camada que o Keras não conhece. `register_keras_serializable` inclui a classe no registro
# do Keras, e `get_config` devolve os argumentos que recriam a camada. Um programa que carregue o arquivo precisa
# **definir ou importar a classe antes**, pois o arquivo guarda o nome dela e não o código. Com `safe_mode=True`, o
# Keras se recusa a carregar código arbitrário de um arquivo.
# %%
work = settings.run_folder()
print(settings.relative(work))
vae_encoder.save(work / "encoder.keras")
vae_decoder.save(work / "decoder.keras")
loaded_encoder = keras.models.load_model(work / "encoder.keras", safe_mode=True)
loaded_decoder = keras.models.load_model(work / "decoder.keras", safe_mode=True)
# %% tags=["nbval-check-output"]
before, after = vae_encoder(x_test), loaded_encoder(x_test)
print([np.array_equal(a, b) for a, b in zip(before[:2], after[:2])])
print(np.array_equal(vae_decoder(before[0]), loaded_decoder(before[0])))
# %% [markdown] lang="en"
# Means, log-variances and decoded images are identical before and after saving. We don't compare the encoder's third
# output, because it is a random sample and differs from call to call.
#
# ## References
#
# - D. P. Kingma, M. Welling, *Auto-encoding variational Bayes*, ICLR 2014.
# - D. J. Rezende, S. Mohamed, D. Wierstra, *Stochastic backpropagation and approximate inference in deep generative
#   models*, ICML 2014.
# - D. P. Kingma, M. Welling, *An introduction to variational autoencoders*, Foundations and Trends in Machine
#   Learning 12, 2019.
# - G. Loaiza-Ganem, J. P. Cunningham, *The continuous Bernoulli: fixing a pervasive error in variational
#   autoencoders*, NeurIPS 2019.
# - I. Higgins et al., *β-VAE: learning basic visual concepts with a constrained variational framework*, ICLR 2017.
# - K. Sohn, H. Lee, X. Yan, *Learning structured output representation using deep conditional generative models*,
#   NIPS 2015.
# - M. Heusel et al., *GANs trained by a two time-scale update rule converge to a local Nash equilibrium*, NIPS 2017
#   (the FID).
# - P. Ghosh, M. S. M. Sajjadi, A. Vergari, M. Black, B. Schölkopf, *From variational to deterministic autoencoders*,
#   ICLR 2020 (exercise 1).
# - H. Xiao, K. Rasul, R. Vollgraf, *Fashion-MNIST: a novel image dataset for benchmarking machine learning
#   algorithms*, 2017.
#
# The lesson covers the variational autoencoders of two teaching documents: the lesson "Autoencoders" of *AI For
# Beginners*, and the slides "AutoEncoder" of the Advanced Institute for Artificial Intelligence.
#
# Next: lesson 09, faces in colour. Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# Médias, log-variâncias e imagens decodificadas são idênticas antes e depois de salvar. Não comparamos a terceira
# saída do codificador, pois ela é sorteada e muda a cada chamada.
#
# ## Referências
#
# - D. P. Kingma, M. Welling, *Auto-encoding variational Bayes*, ICLR 2014.
# - D. J. Rezende, S. Mohamed, D. Wierstra, *Stochastic backpropagation and approximate inference in deep generative
#   models*, ICML 2014.
# - D. P. Kingma, M. Welling, *An introduction to variational autoencoders*, Foundations and Trends in Machine
#   Learning 12, 2019.
# - G. Loaiza-Ganem, J. P. Cunningham, *The continuous Bernoulli: fixing a pervasive error in variational
#   autoencoders*, NeurIPS 2019.
# - I. Higgins et al., *β-VAE: learning basic visual concepts with a constrained variational framework*, ICLR 2017.
# - K. Sohn, H. Lee, X. Yan, *Learning structured output representation using deep conditional generative models*,
#   NIPS 2015.
# - M. Heusel et al., *GANs trained by a two time-scale update rule converge to a local Nash equilibrium*, NIPS 2017
#   (a FID).
# - P. Ghosh, M. S. M. Sajjadi, A. Vergari, M. Black, B. Schölkopf, *From variational to deterministic autoencoders*,
#   ICLR 2020 (exercício 1).
# - H. Xiao, K. Rasul, R. Vollgraf, *Fashion-MNIST: a novel image dataset for benchmarking machine learning
#   algorithms*, 2017.
#
# A aula abrange os autoencoders variacionais de dois materiais didáticos: a aula "Autoencoders" de *AI For Beginners* e
# os slides "AutoEncoder" do Advanced Institute for Artificial Intelligence.
#
# A seguir: a aula 09, rostos em cores. Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
