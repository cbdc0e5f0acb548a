# %% [markdown] lang="en"
# # Variational autoencoders: a latent space to draw from
#
# [Open in Colab]({{ colab }}) · Lesson 08 · reading: {{ reading_minutes }} min · running: {{ minutes.class }} min
# (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# **After this lesson you can**
#
# - say why the latent space of a plain autoencoder has gaps, and measure them;
# - build a variational autoencoder (VAE) in Keras: two outputs, a sampling layer, a cost of two terms;
# - derive what the KL term does, and check its formula against a simulation;
# - choose $\beta$, and recognise the most frequent error in VAE code: pixels averaged where they must be summed;
# - generate digits and clothes, walk from one image to another, and ask for a given class;
# - judge generated images with numbers, beside PCA and a plain autoencoder.
#
# **Prerequisites:** lesson 02 (code, encoder, decoder, cross-entropy); mean, variance and the normal distribution.
#
# **You will need:** a computer with Python 3.11 or newer, or a free Colab. No GPU, no earlier lesson's files.
# %% [markdown] lang="pt-BR"
# # Autoencoders variacionais: um espaço latente de onde se sorteia
#
# [Abrir no Colab]({{ colab }}) · Aula 08 · leitura: {{ reading_minutes }} min · execução: {{ minutes.class }} min
# (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# **Ao final desta aula você saberá**
#
# - dizer por que o espaço latente de um autoencoder comum tem buracos, e medi-los;
# - montar um autoencoder variacional (VAE) em Keras: duas saídas, uma camada de amostragem, um custo de dois termos;
# - explicar o que faz o termo KL e conferir sua fórmula com uma simulação;
# - escolher $\beta$ e reconhecer o erro mais comum em código de VAE: tirar a média dos pixels onde é preciso somar;
# - gerar dígitos e roupas, caminhar de uma imagem a outra e encomendar uma classe;
# - julgar imagens geradas com números, ao lado da PCA e de um autoencoder comum.
#
# **Pré-requisitos:** aula 02 (código, codificador, decodificador, entropia cruzada); média, variância e distribuição normal.
#
# **Você vai precisar de:** um computador com Python 3.11 ou mais novo, ou do Colab gratuito. Não é preciso GPU nem arquivos de outras aulas.
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("08_vae")
# %% [markdown] lang="en"
# If every line of the table says *ok*, go on. Otherwise its last column tells what to type. Then the imports.
# %% [markdown] lang="pt-BR"
# Se todas as linhas da tabela dizem *ok*, siga em frente. Se não, a última coluna mostra o que digitar. Depois, as importações.
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
# ## 1. A decoder that draws nonsense
#
# A decoder turns two numbers into a digit. Then why not invent two numbers, and have a *new* digit? Lesson 02 drew a map of its latent plane and found hybrids that nobody ever
# wrote. Let us look closer: the same data, the same network, 784 → 64 → 16 → 2 → 16 → 64 → 784, with the linear code that lesson 02 recommends.
# %% [markdown] lang="pt-BR"
# ## 1. Um decodificador que desenha disparates
#
# Um decodificador transforma dois números num dígito. Por que não inventar dois números e ter um dígito *novo*? A aula 02 desenhou um mapa do seu plano latente e achou híbridos que
# ninguém jamais escreveu. Olhemos de perto: os mesmos dados, a mesma rede, 784 → 64 → 16 → 2 → 16 → 64 → 784, com o código linear que a aula 02 recomenda.
# %%
mnist = data.mnist.load()
print(mnist.provenance)
pixels = mnist.x_train.reshape(len(mnist.x_train), -1)
n_val = len(pixels) // 12
x_train, x_val = tf.constant(pixels[:-n_val]), pixels[-n_val:].copy()  # one tensor for all trainings
# pt: um só tensor para todos os treinos
y_train, y_val = mnist.y_train[:-n_val], mnist.y_train[-n_val:]
x_test, y_test = mnist.x_test.reshape(len(mnist.x_test), -1), mnist.y_test
source, digits = mnist.source, mnist.class_names
del mnist, pixels  # what we need of them has been copied  # pt: o que interessa já foi copiado
print(f"x_train {x_train.shape}, x_val {x_val.shape}, x_test {x_test.shape}")


# %%
def build_decoder(widths, latent_dim):
    """From codes to images; its hidden layers mirror the `widths` of the encoder."""
    # pt: """De códigos a imagens; suas camadas ocultas espelham os `widths` do codificador."""
    decoder = keras.Sequential([keras.Input((latent_dim,))], name="decoder")
    for width in reversed(widths):
        decoder.add(layers.Dense(width, "relu"))
    decoder.add(layers.Dense(784, "sigmoid", name="x_hat"))
    return decoder


def build_plain(widths, latent_dim):
    """Encoder, decoder and autoencoder without anything variational."""
    # pt: """Codificador, decodificador e autoencoder sem nada de variacional."""
    encoder = keras.Sequential([keras.Input((784,))], name="encoder")
    for width in widths:
        encoder.add(layers.Dense(width, "relu"))
    encoder.add(layers.Dense(latent_dim, name="code"))
    decoder = build_decoder(widths, latent_dim)
    return encoder, decoder, keras.Sequential([encoder, decoder], name="plain")


# %% [markdown] lang="en"
# The cost is the binary cross-entropy of lesson 02, with one change that will matter a great deal: we **sum** over the 784 pixels of an image instead of averaging, and
# average over images only. For the plain autoencoder this changes nothing but the unit (divide by 784 to compare with lesson 02). The training is that of lesson 02 too: whole batches from one tensor, XLA, one cosine with a warm-up.
# %% [markdown] lang="pt-BR"
# O custo é a entropia cruzada binária da aula 02, com uma mudança que vai importar muito: **somamos** sobre os 784 pixels da imagem em vez de tirar a média, e só tiramos
# média entre imagens. Para o autoencoder comum, isso só muda a unidade (divida por 784 para comparar com a aula 02). O treino também é o da aula 02: lotes inteiros de um só tensor, XLA, um cosseno com aquecimento.
# %%
def image_bce(x, x_hat):
    """Binary cross-entropy of each image: the SUM over its pixels."""
    # pt: """Entropia cruzada binária de cada imagem: a SOMA sobre seus pixels."""
    return ops.sum(ops.binary_crossentropy(x, x_hat), axis=-1)


GPU = bool(tf.config.list_physical_devices("GPU"))
if GPU:
    tf.config.experimental.enable_op_determinism()
XLA = settings.pick(quick=False, class_=not GPU, full=not GPU)  # compiling pays off in long trainings
# pt: compilar só compensa em treinos longos
# the small sample gives few batches
# pt: a amostra pequena rende poucos lotes
BATCH = 256 if source == "real" else 64


# %%
def train(model, x, epochs, peak, x_held_out=None, prepare=lambda x, target: (x, target), xla=XLA):
    """Fit `model` to give back its input; returns the history and the seconds it took."""
    # pt: """Ajusta `model` para devolver a entrada; dá o histórico e os segundos gastos."""
    steps = epochs * (len(x) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - steps // 10, warmup_target=peak, warmup_steps=steps // 10
    )
    adam = keras.optimizers.Adam(settings.pick(quick=rate, class_=rate, full=1e-3))
    model.compile(adam, image_bce, metrics=[image_bce], jit_compile=xla, steps_per_execution=40)
    start = time.perf_counter()
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
plain2_encoder, plain2_decoder, plain2 = build_plain((64, 16), latent_dim=2)
epochs2 = settings.pick(quick=6, class_=16, full=100)
history_plain2, seconds_plain2 = train(plain2, x_train, epochs2, peak=1e-2, x_held_out=x_val)


# %% [markdown] lang="en"
# Now we invent codes, in two ways. First from the standard normal distribution $\mathcal N(0, I)$, as anybody would who knows nothing of this network. Then, more kindly, from the normal distribution with the mean and the
# covariance of its own training codes.
#
# **Predict before you run:** what share of the drawings will you be able to read?
# %% [markdown] lang="pt-BR"
# Agora inventamos códigos, de dois jeitos. Primeiro, da normal padrão $\mathcal N(0, I)$, como faria quem nada sabe desta rede. Depois, com mais gentileza, da normal com a média e a
# covariância dos seus próprios códigos de treino.
#
# **Antes de executar, arrisque:** que fração dos desenhos você conseguirá ler?
# %%
def normal(n, latent_dim):
    """`n` codes from the standard normal distribution."""
    # pt: """`n` códigos da distribuição normal padrão."""
    return np.random.default_rng(settings.seed()).standard_normal((n, latent_dim), dtype="float32")


def fitted(z, n):
    """`n` codes from the normal distribution with the mean and covariance of the codes `z`."""
    # pt: """`n` códigos da normal com a média e a covariância dos códigos `z`."""
    root = np.linalg.cholesky(np.cov(z.T))
    return (z.mean(axis=0) + normal(n, z.shape[1]) @ root.T).astype("float32")


def decode(decoder, z):
    """Images, shape (n, 28, 28), that `decoder` draws from codes."""
    # pt: """Imagens, de forma (n, 28, 28), que `decoder` desenha a partir de códigos."""
    return np.asarray(decoder(z)).reshape(-1, 28, 28)


z_plain2 = np.asarray(plain2_encoder(x_train))
plot.image_rows(
    {
        "from N(0, I)": decode(plain2_decoder, normal(12, 2)),  # pt: "de N(0, I)"
        "fitted normal": decode(plain2_decoder, fitted(z_plain2, 12)),
    },
    alt="Two rows of drawings: the first all alike, the second a mixture of digits and of shapes between digits.",
    # pt: "Duas linhas de desenhos: na primeira, todos parecidos; na segunda, dígitos misturados a formas entre dígitos."
)
claims.check(source, plain2_sd=z_plain2.std(axis=0).max())


# %% [markdown] lang="en"
# The first row knows only a few digits: the codes spread over a scale of their own (standard deviation up to {{ plain2_sd }}), and $\mathcal N(0, I)$ is one small spot among them. The second row has more digits, but also shapes that are none. Nobody should be surprised. The cost
# rewards good drawings **at the codes of the training images** and says nothing about any other point. Three things are missing:
#
# - **a known region:** we must know from where to draw;
# - **completeness:** every point of that region should decode to something sensible;
# - **continuity:** neighbouring points should decode to similar images.
#
# ## 2. The idea: a code is a cloud, not a point
#
# The remedy of Kingma and Welling, and of Rezende, Mohamed and Wierstra, both of 2014: let the encoder answer with a *distribution*. For each image it gives a mean $\mu$ and a variance $\sigma^2$ for each code number, and
# the decoder receives a point **drawn at random** from this cloud,
#
# $$z = \mu + \sigma \cdot \varepsilon, \qquad \varepsilon \sim \mathcal N(0, I).$$
#
# The decoder never sees the same point twice, so it must draw the same image all over the cloud: that gives continuity. And if the clouds of all images together have to fill one known distribution, there is no room for gaps:
# that gives completeness and the known region. The noise is written as a *separate input* $\varepsilon$ with a purpose: no gradient passes through a die, but it passes through $\mu + \sigma\varepsilon$ as through any sum. This is the **reparameterisation trick**.
#
# The network does not compute $\sigma$ but $\log \sigma^2$ (`z_log_var`): any real number is allowed there, and $\sigma = e^{\log(\sigma^2)/2}$ is always positive.
# %% [markdown] lang="pt-BR"
# A primeira linha só conhece alguns dígitos: os códigos se espalham numa escala só deles (desvio padrão de até {{ plain2_sd }}), e $\mathcal N(0, I)$ é uma manchinha no meio. A segunda linha tem mais dígitos, mas também formas que não são nenhum. Não é de espantar: o custo
# premia bons desenhos **nos códigos das imagens de treino** e nada diz sobre qualquer outro ponto. Faltam três coisas:
#
# - **uma região conhecida:** é preciso saber de onde sortear;
# - **completude:** todo ponto dessa região deveria se decodificar em algo sensato;
# - **continuidade:** pontos vizinhos deveriam se decodificar em imagens parecidas.
#
# ## 2. A ideia: um código é uma nuvem, não um ponto
#
# O remédio de Kingma e Welling, e de Rezende, Mohamed e Wierstra, ambos de 2014: o codificador responde com uma *distribuição*. Para cada imagem ele dá uma média $\mu$ e uma variância $\sigma^2$ para cada número do código, e
# o decodificador recebe um ponto **sorteado** dessa nuvem,
#
# $$z = \mu + \sigma \cdot \varepsilon, \qquad \varepsilon \sim \mathcal N(0, I).$$
#
# O decodificador nunca vê duas vezes o mesmo ponto, e por isso tem de desenhar a mesma imagem na nuvem inteira: daí vem a continuidade. E se as nuvens de todas as imagens, juntas, têm de preencher uma distribuição conhecida, não sobra lugar para buracos:
# daí vêm a completude e a região conhecida. O ruído aparece como *entrada à parte*, $\varepsilon$, de propósito: nenhum gradiente atravessa um sorteio, mas atravessa $\mu + \sigma\varepsilon$ como qualquer soma. É o **truque da reparametrização**.
#
# A rede não calcula $\sigma$, e sim $\log \sigma^2$ (`z_log_var`): ali vale qualquer número real, e $\sigma = e^{\log(\sigma^2)/2}$ é sempre positivo.
# %%
@keras.saving.register_keras_serializable(package="autoencoder_course")
class Sampling(layers.Layer):
    """Draws z from the cloud (z_mean, z_log_var); its dice have a seed of their own."""

    # pt: """Sorteia z da nuvem (z_mean, z_log_var); seu gerador tem semente própria."""

    def __init__(self, seed=7, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.dice = keras.random.SeedGenerator(seed)

    def call(self, cloud):
        z_mean, z_log_var = cloud
        epsilon = keras.random.normal(ops.shape(z_mean), seed=self.dice)
        return z_mean + ops.exp(z_log_var / 2) * epsilon

    def get_config(self):
        return super().get_config() | {"seed": self.seed}


cloud = ops.full((100_000, 1), 2.0), ops.full((100_000, 1), np.log(0.25))
z = np.asarray(Sampling(settings.seed())(cloud))
print(
    f"mean {z.mean():.2f}, standard deviation {z.std():.2f}"
)  # pt: f"média {z.mean():.2f}, desvio padrão {z.std():.2f}"


# %% [markdown] lang="en"
# Mean 2, variance 0.25: a hundred thousand draws agree. A layer that throws dice must keep the state of its generator, hence the `SeedGenerator` made once in `__init__`; a seed given inside `call` would throw the same numbers in every step. The decorator and `get_config` are for section 11, where we save the layer to a file.
#
# ## 3. What a cloud costs: the KL divergence
#
# Left alone, the network would cheat: shrink every $\sigma$ to zero, spread the means far apart, and be a plain autoencoder again. So each cloud pays for being different from $\mathcal N(0, I)$. The price is the **Kullback-Leibler divergence**, the mean over the cloud $q$ of
# how much more likely a point is under $q$ than under $p = \mathcal N(0, I)$, on a logarithmic scale:
#
# $$D_{KL}(q \,\|\, p) = \mathbb E_{z \sim q}\left[\log q(z) - \log p(z)\right] = \frac12 \sum_i \left(\mu_i^2 + \sigma_i^2 - 1 - \log \sigma_i^2\right).$$
#
# The right-hand side needs no dice. Where does it come from? For one number, $\log q(z) = -\frac12 \log(2\pi\sigma^2) - \frac{(z-\mu)^2}{2\sigma^2}$ and $\log p(z) = -\frac12\log(2\pi) - \frac{z^2}{2}$; the means of $(z-\mu)^2$ and $z^2$ under $q$ are $\sigma^2$ and $\mu^2 + \sigma^2$; subtract.
#
# **Predict:** for which cloud is the price zero? What happens to it as $\sigma \to 0$?
#
# Formulas copied into code are where VAEs go wrong, so we do not believe ours before a simulation agrees: draw from $q$, average $\log q - \log p$, and compare. A mean of $n$ draws is uncertain by its
# **standard error**, the standard deviation over $\sqrt n$; the two should differ by no more than a few of these.
# %% [markdown] lang="pt-BR"
# Média 2, variância 0,25: cem mil sorteios concordam. Uma camada que sorteia precisa guardar o estado do gerador; daí o `SeedGenerator` criado uma vez no `__init__`; uma semente dada dentro do `call` sortearia os mesmos números em todo passo. O decorador e o `get_config` servem à seção 11, em que a camada vai para um arquivo.
#
# ## 3. Quanto custa uma nuvem: a divergência KL
#
# Deixada em paz, a rede trapacearia: encolheria todo $\sigma$ a zero, afastaria as médias e voltaria a ser um autoencoder comum. Por isso cada nuvem paga por ser diferente de $\mathcal N(0, I)$. O preço é a **divergência de Kullback-Leibler**: a média, sobre a nuvem $q$, de
# quanto um ponto é mais provável sob $q$ do que sob $p = \mathcal N(0, I)$, em escala logarítmica:
#
# $$D_{KL}(q \,\|\, p) = \mathbb E_{z \sim q}\left[\log q(z) - \log p(z)\right] = \frac12 \sum_i \left(\mu_i^2 + \sigma_i^2 - 1 - \log \sigma_i^2\right).$$
#
# O lado direito dispensa sorteios. De onde ele vem? Para um número, $\log q(z) = -\frac12 \log(2\pi\sigma^2) - \frac{(z-\mu)^2}{2\sigma^2}$ e $\log p(z) = -\frac12\log(2\pi) - \frac{z^2}{2}$; as médias de $(z-\mu)^2$ e $z^2$ sob $q$ são $\sigma^2$ e $\mu^2 + \sigma^2$; subtraia.
#
# **Arrisque:** para qual nuvem o preço é zero? O que acontece com ele quando $\sigma \to 0$?
#
# É ao copiar fórmulas para o código que os VAEs desandam; por isso só acreditamos na nossa quando uma simulação concordar: sorteie de $q$, tire a média de $\log q - \log p$ e compare. Uma média de $n$ sorteios tem por incerteza o seu
# **erro padrão**, o desvio padrão sobre $\sqrt n$; as duas contas devem diferir por não mais que alguns deles.
# %%
def kl_to_normal(z_mean, z_log_var):
    """KL divergence of each cloud from N(0, I): the SUM over the code numbers."""
    # pt: """Divergência KL de cada nuvem em relação a N(0, I): a SOMA sobre os números do código."""
    return 0.5 * ops.sum(ops.square(z_mean) + ops.exp(z_log_var) - 1 - z_log_var, axis=-1)


def log_density(z, mean, log_var):
    """Logarithm of the density at `z` of a normal distribution with independent coordinates."""
    # pt: """Logaritmo da densidade em `z` de uma normal de coordenadas independentes."""
    return -0.5 * np.sum(np.log(2 * np.pi) + log_var + (z - mean) ** 2 / np.exp(log_var), axis=-1)


z_mean, z_log_var = np.array([1.0, -0.5, 0.0]), np.log(np.array([0.25, 1.0, 2.0]))
dice = np.random.default_rng(settings.seed())
z = z_mean + np.exp(z_log_var / 2) * dice.standard_normal((100_000, 3))
draws = log_density(z, z_mean, z_log_var) - log_density(z, 0.0, np.zeros(3))
standard_error = draws.std(ddof=1) / np.sqrt(len(draws))
closed_form = float(kl_to_normal(z_mean, z_log_var))
claims.check(
    source,
    kl_closed=closed_form,
    kl_simulated=draws.mean(),
    kl_distance=abs(draws.mean() - closed_form) / standard_error,
)
# %% [markdown] lang="en"
# {{ kl_closed }} by the formula, {{ kl_simulated }} by simulation: {{ kl_distance }} standard errors apart. Had we forgotten the factor ½ or a sign, they would differ by hundreds.
# The price is zero for $\mu = 0$, $\sigma = 1$ alone, the cloud that says nothing about its image, and it grows without bound as $\sigma \to 0$: **a point is infinitely expensive.**
# %% [markdown] lang="pt-BR"
# {{ kl_closed }} pela fórmula, {{ kl_simulated }} pela simulação: a distância é de {{ kl_distance }} erros padrão. Se tivéssemos esquecido o fator ½ ou um sinal, seriam centenas.
# O preço só é zero para $\mu = 0$, $\sigma = 1$, a nuvem que nada diz sobre a sua imagem, e cresce sem limite quando $\sigma \to 0$: **um ponto custa infinito.**
# %%
values = np.linspace(-3, 3, 121)
by_mean = kl_to_normal(values[:, None], np.zeros((121, 1)))
deviations = np.geomspace(0.02, 3, 121)
by_sd = kl_to_normal(np.zeros((121, 1)), 2 * np.log(deviations)[:, None])
fig, (left, right) = plt.subplots(1, 2, figsize=(12, 4), sharey=True)
left.plot(values, by_mean)
right.plot(deviations, by_sd, color=plot.RED)
left.set(xlabel=r"$\mu$, with $\sigma = 1$", ylabel="KL (nats)")  # pt: r"$\mu$, com $\sigma = 1$"
right.set(xlabel=r"$\sigma$, with $\mu = 0$")  # pt: r"$\sigma$, com $\mu = 0$"
plot.show(
    fig,
    alt="Left, a parabola in the mean with its bottom at 0; right, zero at sigma 1, rising steeply towards 0.",
    # pt: "À esquerda, parábola na média com fundo em 0; à direita, zero em sigma 1, subindo muito perto de 0."
)


# %% [markdown] lang="en"
# ## 4. The model
#
# Two costs in one sum, for each image:
#
# $$\underbrace{\textstyle\sum_{\text{pixels}} L(x, \hat x)}_{\text{reconstruction}} \;+\; \beta\, \underbrace{D_{KL}(q(z|x) \,\|\, \mathcal N(0, I))}_{\text{price of the cloud}}, \qquad \beta = 1 .$$
#
# Why this sum and no other? Read the decoder as a distribution $p(x|z)$ over images, each pixel a coin with probability $\hat x$: the summed cross-entropy is $-\log p(x|z)$. Then for every encoder
#
# $$\log p(x) \;\ge\; \mathbb E_{z \sim q}[\log p(x|z)] - D_{KL}(q(z|x) \,\|\, p(z)),$$
#
# because the two sides differ by $D_{KL}(q(z|x) \,\|\, p(z|x))$, which cannot be negative. The right-hand side is the *evidence lower bound* (ELBO). With $\beta = 1$ our cost is its negative, and lowering it makes the data more probable under the model. The bound holds for **sums**: over pixels, over code numbers. Take a mean in one of the two places, and you have changed $\beta$ without noticing. Section 8 shows what this does.
#
# In Keras: the encoder gets two heads and the sampling layer; a small `keras.Model` puts the halves together, and its `call` adds the price of the cloud with `add_loss`. No training loop of our own is needed: `compile` and `fit` as always.
# %% [markdown] lang="pt-BR"
# ## 4. O modelo
#
# Dois custos numa soma, para cada imagem:
#
# $$\underbrace{\textstyle\sum_{\text{pixels}} L(x, \hat x)}_{\text{reconstrução}} \;+\; \beta\, \underbrace{D_{KL}(q(z|x) \,\|\, \mathcal N(0, I))}_{\text{preço da nuvem}}, \qquad \beta = 1 .$$
#
# Por que esta soma e não outra? Leia o decodificador como uma distribuição $p(x|z)$ sobre imagens, cada pixel uma moeda de probabilidade $\hat x$: a entropia cruzada somada é $-\log p(x|z)$. Então, para todo codificador,
#
# $$\log p(x) \;\ge\; \mathbb E_{z \sim q}[\log p(x|z)] - D_{KL}(q(z|x) \,\|\, p(z)),$$
#
# porque os dois lados diferem por $D_{KL}(q(z|x) \,\|\, p(z|x))$, que não pode ser negativo. O lado direito é o *limite inferior da evidência* (ELBO). Com $\beta = 1$, nosso custo é o seu negativo, e reduzi-lo torna os dados mais prováveis sob o modelo. O limite vale para **somas**: sobre pixels, sobre números do código. Tire uma média num dos dois lugares e você terá mudado $\beta$ sem perceber. A seção 8 mostra o efeito.
#
# No Keras: o codificador ganha duas cabeças e a camada de amostragem; um pequeno `keras.Model` junta as metades, e o seu `call` acrescenta o preço da nuvem com `add_loss`. Não é preciso laço de treino próprio: `compile` e `fit`, como sempre.
# %%
def cloud_of(hidden, latent_dim, seed):
    """The three outputs of a variational encoder: mean, logarithm of the variance, one draw."""
    # pt: """As três saídas de um codificador variacional: média, logaritmo da variância, um sorteio."""
    z_mean = layers.Dense(latent_dim, name="z_mean")(hidden)
    z_log_var = layers.Dense(latent_dim, name="z_log_var")(hidden)
    return [z_mean, z_log_var, Sampling(seed, name="z")([z_mean, z_log_var])]


def build_vae(widths, latent_dim, beta=1.0, seed=7):
    """Encoder, decoder and VAE; like `build_plain` but for the end of the encoder."""
    # pt: """Codificador, decodificador e VAE; como `build_plain`, menos o fim do codificador."""
    x = hidden = keras.Input((784,), name="pixels")
    for width in widths:
        hidden = layers.Dense(width, "relu")(hidden)
    encoder = keras.Model(x, cloud_of(hidden, latent_dim, seed), name="encoder")
    decoder = build_decoder(widths, latent_dim)
    return encoder, decoder, VAE(encoder, decoder, beta)


# %%
class VAE(keras.Model):
    """Encoder and decoder; beta times the KL divergence of the clouds joins the loss."""

    # pt: """Codificador e decodificador; beta vezes a divergência KL das nuvens entra no custo."""

    def __init__(self, encoder, decoder, beta=1.0):
        super().__init__(name="vae")
        self.encoder, self.decoder, self.beta = encoder, decoder, beta
        self.kl = keras.metrics.Mean(name="kl")

    def draw(self, x):
        """One code for each image, drawn from its cloud, which is paid for."""
        # pt: """Um código por imagem, sorteado da sua nuvem, que é paga aqui."""
        z_mean, z_log_var, z = self.encoder(x)
        price = kl_to_normal(z_mean, z_log_var)
        self.add_loss(self.beta * ops.mean(price))
        self.kl.update_state(price)
        return z

    def call(self, x):
        return self.decoder(self.draw(x))


# %%
keras.utils.set_random_seed(settings.seed())
vae2_encoder, vae2_decoder, vae2 = build_vae((64, 16), latent_dim=2, seed=settings.seed())
vae2_encoder.summary()
history_vae2, seconds_vae2 = train(vae2, x_train, epochs2, peak=1e-2, x_held_out=x_val)
# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(13, 4.5))
epoch = np.arange(1, epochs2 + 1)
left.plot(epoch, history_plain2.history["val_image_bce"], color=plot.BLUE, label="plain")  # pt: "comum"
left.plot(epoch, history_vae2.history["val_image_bce"], color=plot.RED, label="VAE")
left.legend(frameon=False)
right.plot(epoch, history_vae2.history["val_kl"], color=plot.RED)
for ax in (left, right):
    ax.xaxis.get_major_locator().set_params(integer=True)
left.set(xlabel="epoch", ylabel="reconstruction (nats)")
right.set(xlabel="epoch", ylabel="KL (nats)")
plot.show(
    fig,
    alt="Validation curves: both reconstructions fall, the VAE's stays higher; its KL climbs and levels off.",
    # pt: "Curvas de validação: as duas reconstruções caem, a do VAE fica acima; a sua KL sobe e se estabiliza."
)


# %%
def mean_bce(x, x_hat):
    """Mean of `image_bce` over the images, in ten parts: all at once it would fill the memory."""
    # pt: """Média de `image_bce` entre as imagens, em dez partes: de uma vez encheria a memória."""
    parts = zip(np.array_split(x, 10), np.array_split(np.asarray(x_hat), 10))
    return float(np.mean([ops.mean(image_bce(*part)) for part in parts]))


def costs(encoder, decoder, x):
    """Reconstruction and KL of a VAE, in nats: means over the images `x`, one draw for each."""
    # pt: """Reconstrução e KL de um VAE, em nats: médias sobre as imagens `x`, um sorteio para cada."""
    z_mean, z_log_var, z = encoder(x)
    return mean_bce(x, decoder(z)), float(ops.mean(kl_to_normal(z_mean, z_log_var)))


plain2_bce = mean_bce(x_test, plain2(x_test))
vae2_bce, vae2_kl = costs(vae2_encoder, vae2_decoder, x_test)
claims.check(source, plain2_bce=plain2_bce, vae2_bce=vae2_bce, vae2_kl=vae2_kl, vae2_loss=vae2_bce + vae2_kl)
# %% [markdown] lang="en"
# The VAE rebuilds worse ({{ vae2_bce }} against {{ plain2_bce }} nats an image): its decoder must do with a blurred code. The other term, the price of the clouds, is {{ vae2_kl }} nats an image. It is also a ceiling on the *information* that a code carries about its image (divide by $\log 2$ for bits): a cloud that costs nothing says nothing.
# The KL climbs during the training: at first the clouds all say the same, and information is bought only as far as it saves more in reconstruction.
#
# ## 5. Two dimensions to look at
#
# The same test images in both latent spaces, and beside them the clouds themselves: each ellipse is the cloud of one test image, drawn at one standard deviation.
# %% [markdown] lang="pt-BR"
# O VAE refaz pior ({{ vae2_bce }} contra {{ plain2_bce }} nats por imagem): seu decodificador tem de se virar com um código borrado. O outro termo, o preço das nuvens, é de {{ vae2_kl }} nats por imagem. Ele é também um teto para a *informação* que um código traz sobre a sua imagem (divida por $\log 2$ e terá bits): nuvem que nada custa nada diz.
# A KL sobe durante o treino: no começo todas as nuvens dizem o mesmo, e só se compra informação enquanto ela poupa mais na reconstrução.
#
# ## 5. Duas dimensões para olhar
#
# As mesmas imagens de teste nos dois espaços latentes e, ao lado, as próprias nuvens: cada elipse é a nuvem de uma imagem de teste, traçada a um desvio padrão.
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
titles = ("plain autoencoder: codes", "VAE: means", "VAE: clouds of 150 images")
# pt: "autoencoder comum: códigos", "VAE: médias", "VAE: nuvens de 150 imagens"
about = "Left, codes over tens of units with empty wedges; middle, means within about 3 of the origin; right, small ellipses side by side."
# pt: "À esquerda, códigos por dezenas de unidades, com cunhas vazias; no meio, médias a até cerca de 3 da origem; à direita, elipses lado a lado."
for ax, title in zip(axes, titles):
    ax.set_title(title)
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside right center", markerscale=2.5, frameon=False)
plot.show(fig, alt=about)
# %%
z_train = np.asarray(vae2_encoder(x_train)[2])
claims.check(source, vae2_mean=np.abs(z_train.mean(axis=0)).max(), vae2_sd=z_train.std(axis=0).mean())


# %% [markdown] lang="en"
# Look at the scales. The clouds of all training images together have a mean of at most {{ vae2_mean }} in absolute value and a standard deviation of {{ vae2_sd }}: close to $\mathcal N(0, I)$, as the price demands, though no single image pays for that. **Now we know from where to draw.** The classes lie close together, and some overlap: two numbers are few.
#
# That also tells how to draw a map. Equal steps would spend most of the picture on places where hardly any code lives; instead we take the **quantiles** of the normal distribution, so that each cell of the map holds the same share of the codes. The plain autoencoder has no known distribution; for it we take the quantiles of its own codes, number by number.
# %% [markdown] lang="pt-BR"
# Olhe as escalas. As nuvens de todas as imagens de treino, juntas, têm média de no máximo {{ vae2_mean }} em valor absoluto e desvio padrão de {{ vae2_sd }}: perto de $\mathcal N(0, I)$, como o preço exige, embora imagem alguma pague por isso sozinha. **Agora sabemos de onde sortear.** As classes ficam juntas, e algumas se sobrepõem: dois números são pouco.
#
# Isso também diz como desenhar um mapa. Passos iguais gastariam a maior parte da figura onde quase não há códigos; em vez deles tomamos os **quantis** da distribuição normal, e cada célula do mapa contém a mesma fração dos códigos. O autoencoder comum não tem distribuição conhecida; para ele usamos os quantis dos seus próprios códigos, número a número.
# %%
def lattice(decoder, z1, z2):
    """Images decoded at all pairs of values z1 (to the right) and z2 (upwards)."""
    # pt: """Imagens decodificadas em todos os pares de valores z1 (à direita) e z2 (para cima)."""
    across, up = np.meshgrid(z1, z2[::-1])
    points = np.stack([across.ravel(), up.ravel()], axis=1).astype("float32")
    return decode(decoder, points).reshape(len(z2), len(z1), 28, 28)


shares = np.linspace(0.03, 0.97, 15)
quantiles = np.array([NormalDist().inv_cdf(share) for share in shares])
own = np.quantile(z_plain2, shares, axis=0)
fig, axes = plt.subplots(1, 2, figsize=(17, 8.6))
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
    alt="Two maps of 15 by 15 digits. Plain: regions of smeared shapes. VAE: one digit turns into the next everywhere.",
    # pt: "Dois mapas de 15 por 15 dígitos. Comum: regiões de formas borradas. VAE: em toda parte um dígito vira o seguinte."
)


# %% [markdown] lang="en"
# Both maps are full of ink: a decoder always draws *something*. Look for shapes that you could not name; on which side are there more? Eyes tire and hope; let us count.
#
# ## 6. Continuity and completeness, counted
#
# To count readable drawings we need a reader who does not tire: a small classifier, the **judge**, trained on the labelled training digits. (The labels serve the judge only; no autoencoder sees them.) A drawing counts as *recognised* if the judge gives one class more than 90 %.
# A judge is a yardstick, not the truth: it was never taught to say "no digit at all", and can be sure of nonsense. So we always show what it says about real test images, too.
# %% [markdown] lang="pt-BR"
# Os dois mapas estão cheios de tinta: um decodificador sempre desenha *alguma coisa*. Procure formas que você não saberia nomear; de que lado há mais? Os olhos cansam e torcem; vamos contar.
#
# ## 6. Continuidade e completude, contadas
#
# Para contar desenhos legíveis é preciso um leitor que não canse: um pequeno classificador, o **juiz**, treinado nos dígitos de treino com rótulo. (Os rótulos servem só ao juiz; nenhum autoencoder os vê.) Um desenho conta como *reconhecido* se o juiz dá a uma classe mais de 90 %.
# O juiz é uma régua, não a verdade: nunca lhe ensinaram a dizer "não é dígito nenhum", e ele pode ter certeza de disparates. Por isso mostramos sempre, também, o que ele diz das imagens reais de teste.
# %%
def with_labels(both, _):
    """Splits rows of 784 pixels and 10 labels."""
    # pt: """Separa linhas de 784 pixels e 10 rótulos."""
    return both[:, :784], both[:, 784:]


# %%
def train_judge(x, y):
    """A classifier of images and its layer of 64 features."""
    # pt: """Um classificador de imagens e a sua camada de 64 atributos."""
    keras.utils.set_random_seed(settings.seed())
    judge = keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(256, "relu"),
            layers.Dense(64, "relu", name="features"),
            layers.Dense(10, "softmax"),
        ]
    )
    judge.compile("adam", "categorical_crossentropy", jit_compile=XLA, steps_per_execution=40)
    rows = tf.concat([x, np.eye(10, dtype="float32")[y]], axis=1)
    epochs = settings.pick(quick=6, class_=5, full=20)
    judge.fit(
        data.batches(rows, BATCH, seed=settings.seed()).map(with_labels),
        epochs=epochs,
        shuffle=False,
        verbose=0,
    )
    return judge, keras.Model(judge.inputs[0], judge.get_layer("features").output)


# %%
def verdicts(judge, images):
    """The class the judge names for each image, and the share of images it is sure of."""
    # pt: """A classe que o juiz dá a cada imagem e a fração de imagens de que ele tem certeza."""
    p = np.asarray(judge(images.reshape(-1, 784)))
    return p.argmax(axis=1), float((p.max(axis=1) > 0.9).mean())


judge, judge_features = train_judge(x_train, y_train)
named, sure_real = verdicts(judge, x_test)
claims.check(source, judge_accuracy=(named == y_test).mean(), sure_real=sure_real)


# %% [markdown] lang="en"
# Three counts on drawn points, for the VAE and twice for the plain one: from $\mathcal N(0, I)$ and from its fitted normal:
#
# - **in a gap:** share of the draws that lie farther from the nearest training code than 99 % of the validation codes do (distances in standard deviations of each code number). One per cent would be perfect;
# - **completeness:** share of the draws whose drawing is recognised, and how many of the ten classes make up at least 2 % of the drawings;
# - **continuity:** the root mean squared difference between the drawing of a point and that of a **neighbour** a tenth of a standard deviation away: the worst in a hundred, and how often the judge's verdict stays the same.
# %% [markdown] lang="pt-BR"
# Três contas em pontos sorteados, para o VAE e duas vezes para o comum: de $\mathcal N(0, I)$ e da sua normal ajustada:
#
# - **em buraco:** fração dos sorteios mais longe do código de treino mais próximo do que 99 % dos códigos de validação (distâncias em desvios padrão de cada número do código). Um por cento seria perfeito;
# - **completude:** fração dos sorteios cujo desenho é reconhecido, e quantas das dez classes respondem por ao menos 2 % dos desenhos;
# - **continuidade:** a raiz da diferença quadrática média entre o desenho de um ponto e o de um **vizinho** a um décimo de desvio padrão: o pior em cem e quantas vezes o veredito do juiz se mantém.
# %%
def survey(decoder, draws, codes, codes_val):
    """Share in a gap, share recognised, classes drawn, worst step to a neighbour, verdicts kept."""
    # pt: """Fração em buraco, fração reconhecida, classes desenhadas, pior passo, vereditos mantidos."""
    scale = codes.std(axis=0)
    tree = NearestNeighbors(n_neighbors=1).fit(codes / scale)
    far = np.quantile(tree.kneighbors(codes_val / scale)[0], 0.99)
    gap = (tree.kneighbors(draws / scale)[0] > far).mean()
    direction = np.random.default_rng(0).standard_normal(draws.shape)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    here = decode(decoder, draws)
    there = decode(decoder, (draws + 0.1 * scale * direction).astype("float32"))
    step = np.sqrt(((here - there) ** 2).mean(axis=(1, 2)))
    (class_here, sure), (class_there, _) = verdicts(judge, here), verdicts(judge, there)
    classes = (np.bincount(class_here, minlength=10) >= 0.02 * len(draws)).sum()
    return (
        float(gap),
        sure,
        int(classes),
        float(np.quantile(step, 0.99)),
        float((class_here == class_there).mean()),
    )


# %%
n = settings.pick(quick=500, class_=10_000, full=10_000)
z_plain2_val, z_vae2_val = np.asarray(plain2_encoder(x_val)), np.asarray(vae2_encoder(x_val)[2])
surveys = [
    survey(plain2_decoder, normal(n, 2), z_plain2, z_plain2_val),
    survey(plain2_decoder, fitted(z_plain2, n), z_plain2, z_plain2_val),
    survey(vae2_decoder, normal(n, 2), z_train, z_vae2_val),
]
# %%
header = (
    "model",
    "drawn from",  # pt: "sorteio de"
    "in a gap",  # pt: "em buraco"
    "recognised",  # pt: "reconhecidos"
    "classes drawn",  # pt: "classes desenhadas"
    "worst step in 100",  # pt: "pior passo em 100"
    "verdict kept",  # pt: "veredito mantido"
)
names = [("plain autoencoder", "N(0, I)"), ("plain autoencoder", "fitted normal"), ("VAE", "N(0, I)")]
caption = "Drawn points, two code numbers"  # pt: "Pontos sorteados, dois números no código"
formats = (".1%", ".1%", ".0f", ".3f", ".1%")
rows = [
    (*name, *(text.number(v, f) for v, f in zip(values, formats))) for name, values in zip(names, surveys)
]
text.table(header, rows, caption)
# %%
naive, by_fit, by_vae = surveys
claims.check(
    source,
    classes_naive=naive[2],
    classes_plain=by_fit[2],
    classes_vae=by_vae[2],
    gap_plain=by_fit[0],
    gap_vae=by_vae[0],
    sure_plain2=by_fit[1],
    sure_vae2=by_vae[1],
    worst_plain=by_fit[3],
    worst_vae=by_vae[3],
    kept_plain=by_fit[4],
    kept_vae=by_vae[4],
)
# %% [markdown] lang="en"
# Read it column by column.
#
# - **Gaps:** of the draws from its fitted normal, {{ gap_plain }} land where the plain autoencoder has no code nearby; for the VAE {{ gap_vae }}.
# - **Continuity:** among neighbours, the worst step in a hundred is {{ worst_plain }} for the plain one and {{ worst_vae }} for the VAE. The noise of the training has smoothed the plane. (The judge keeps its verdict in {{ kept_plain }} and {{ kept_vae }} of the cases: borders between classes exist on both maps.)
# - **Completeness** has two sides. The VAE draws {{ classes_vae }} of the ten classes; the plain one {{ classes_plain }} from its fitted normal, and {{ classes_naive }} from $\mathcal N(0, I)$, which sees but a spot of its plane. But look at single drawings: {{ sure_plain2 }} of the plain one's are recognised (fitted normal), {{ sure_vae2 }} of the VAE's. **Here the VAE does not win.** Two numbers are too few for ten classes of clouds; where clouds overlap, the decoder draws a blurred compromise, and a judge dislikes blur more than a sharp shape in the wrong place.
#
# ### Explore
#
# Move the point through the plane of the VAE, from −3 to 3 in both directions. Can you leave the land of digits? Where do the classes meet?
# %% [markdown] lang="pt-BR"
# Leia coluna por coluna.
#
# - **Buracos:** dos sorteios da sua normal ajustada, {{ gap_plain }} caem onde o autoencoder comum não tem código por perto; no VAE, {{ gap_vae }}.
# - **Continuidade:** entre vizinhos, o pior passo em cem é {{ worst_plain }} no comum e {{ worst_vae }} no VAE. O ruído do treino alisou o plano. (O juiz mantém o veredito em {{ kept_plain }} e {{ kept_vae }} dos casos: fronteiras entre classes existem nos dois mapas.)
# - **A completude** tem dois lados. O VAE desenha {{ classes_vae }} das dez classes; o comum, {{ classes_plain }} a partir da normal ajustada e {{ classes_naive }} a partir de $\mathcal N(0, I)$, que só enxerga uma mancha do seu plano. Mas olhe os desenhos um a um: {{ sure_plain2 }} dos do comum são reconhecidos (normal ajustada), contra {{ sure_vae2 }} dos do VAE. **Aqui o VAE não vence.** Dois números são pouco para dez classes de nuvens; onde elas se sobrepõem, o decodificador desenha um meio-termo borrado, e o juiz gosta menos do borrão que de uma forma nítida no lugar errado.
#
# ### Explore
#
# Mova o ponto pelo plano do VAE, de −3 a 3 nas duas direções. Dá para sair da terra dos dígitos? Onde as classes se encontram?
# %%
explore.mnist.latent_plane(vae2_decoder, z_mean[shown], y_test[shown], digits, low=-3, high=3)


# %% [markdown] lang="en"
# ## 7. Eight numbers: better digits, and all rivals in one table
#
# Two numbers were for looking. With eight, and a larger network (784 → 256 → 128 → 64 → 8), digits get sharp. The rivals:
#
# - **PCA** with as many numbers. It can generate, too: draw each number from a normal distribution with the variance of its component;
# - the **plain autoencoder** of the same widths, from $\mathcal N(0, I)$ and from the normal distribution fitted to its training codes;
# - the **VAE**, from $\mathcal N(0, I)$.
#
# For reconstruction the judge is the squared error. For samples we need a second figure beside *recognised*, which alone can be fooled: a model that draws the same perfect 1 for ever would be recognised every time. The usual answer is a **Fréchet distance**:
# take 64 features of the judge for ten thousand samples and for the test images, and compare mean and covariance of the two clouds,
#
# $$d^2 = \lVert m_1 - m_2 \rVert^2 + \operatorname{tr}\left(C_1 + C_2 - 2\,(C_1 C_2)^{1/2}\right).$$
#
# Sameness makes $C_1$ too small, nonsense moves $m_1$. (The well-known FID is this distance with the features of a large network for photographs; its figures cannot be compared with ours.)
# %% [markdown] lang="pt-BR"
# ## 7. Oito números: dígitos melhores, e todos os rivais numa tabela
#
# Dois números eram para olhar. Com oito e uma rede maior (784 → 256 → 128 → 64 → 8), os dígitos ficam nítidos. Os rivais:
#
# - a **PCA** com o mesmo tanto de números. Ela também gera: sorteie cada número de uma normal com a variância do seu componente;
# - o **autoencoder comum** de mesmas larguras, de $\mathcal N(0, I)$ e da normal ajustada aos seus códigos de treino;
# - o **VAE**, a partir de $\mathcal N(0, I)$.
#
# Para a reconstrução, o critério é o erro quadrático. Para as amostras precisamos de um segundo número ao lado de *reconhecidas*, que sozinho se deixa enganar: um modelo que desenhasse para sempre o mesmo 1 perfeito seria sempre reconhecido. A resposta usual é uma **distância de Fréchet**:
# tome 64 atributos do juiz para dez mil amostras e para as imagens de teste e compare média e covariância das duas nuvens,
#
# $$d^2 = \lVert m_1 - m_2 \rVert^2 + \operatorname{tr}\left(C_1 + C_2 - 2\,(C_1 C_2)^{1/2}\right).$$
#
# A mesmice deixa $C_1$ pequena demais, o disparate desloca $m_1$. (A conhecida FID é esta distância com os atributos de uma grande rede para fotografias; seus valores não se comparam com os nossos.)
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


def quality(images, reference, judge, features):
    """Share of `images` that the judge recognises, and their Fréchet distance to `reference`."""
    # pt: """Fração de `images` que o juiz reconhece e a sua distância de Fréchet até `reference`."""
    far = frechet(*(np.asarray(features(x.reshape(-1, 784))) for x in (images, reference)))
    return verdicts(judge, images)[1], far


# %%
widths, latent_dim = (256, 128, 64), 8
epochs = settings.pick(quick=6, class_=12, full=50)
keras.utils.set_random_seed(settings.seed())
plain_encoder, plain_decoder, plain = build_plain(widths, latent_dim)
_, seconds_plain = train(plain, x_train, epochs, peak=3e-3)
keras.utils.set_random_seed(settings.seed())
vae_encoder, vae_decoder, vae = build_vae(widths, latent_dim, seed=settings.seed())
_, seconds_vae = train(vae, x_train, epochs, peak=3e-3)
start = time.perf_counter()
pca = PCA(latent_dim, random_state=0).fit(x_train)
seconds_pca = time.perf_counter() - start


# %%
def pca_rival(pca, k, x, n):
    """Images `x` rebuilt from `k` components, and `n` samples: normal numbers, the right variances."""
    # pt: """Imagens `x` refeitas de `k` componentes e `n` amostras: números normais, variâncias certas."""
    basis = pca.components_[:k]
    samples = normal(n, k) * np.sqrt(pca.explained_variance_[:k]) @ basis
    return pca.mean_ + (x - pca.mean_) @ basis.T @ basis, (pca.mean_ + samples).clip(0, 1)


def network_rival(encoder, decoder, x, draws):
    """Images `x` rebuilt by two halves, and drawn codes decoded; a VAE's code is the mean."""
    # pt: """Imagens `x` refeitas pelas metades e códigos sorteados decodificados; o de um VAE é a média."""
    z = encoder(x)
    return np.asarray(decoder(z[0] if isinstance(z, list) else z)), np.asarray(decoder(draws))


def mse(x, x_hat):
    """Mean squared error over pixels and images."""
    return float(np.mean((x - x_hat) ** 2))


# %%
labels = {"PCA": "PCA", "naive": "plain, N(0, I)", "plain": "plain, fitted normal", "VAE": "VAE"}
# pt: "comum, N(0, I)", "comum, normal ajustada"
z_train8 = np.asarray(plain_encoder(x_train))
judged, errors, pictures = {"real": quality(x_val, x_test, judge, judge_features)}, {}, {}
for k, halves, halves_vae, codes in (
    (2, (plain2_encoder, plain2_decoder), (vae2_encoder, vae2_decoder), z_plain2),
    (latent_dim, (plain_encoder, plain_decoder), (vae_encoder, vae_decoder), z_train8),
):
    for kind in labels:
        if kind == "PCA":
            x_hat, samples = pca_rival(pca, k, x_test, n)
        else:
            draws = fitted(codes, n) if kind == "plain" else normal(n, k)
            x_hat, samples = network_rival(*(halves_vae if kind == "VAE" else halves), x_test, draws)
        errors[kind, k], judged[kind, k] = mse(x_test, x_hat), quality(samples, x_test, judge, judge_features)
        pictures[kind, k] = x_hat[:12].copy(), samples[:12].copy()
# %%
spent = {
    "PCA": (seconds_pca,) * 2,
    "plain": (seconds_plain2, seconds_plain),
    "VAE": (seconds_vae2, seconds_vae),
}
counts = {"PCA": (784 * 3, 784 * (latent_dim + 1)), "plain": (plain2.count_params(), plain.count_params())}
counts["VAE"] = vae2.count_params(), vae.count_params()
# %%
rows = []
for kind, k in errors:
    trained = "plain" if kind == "naive" else kind
    told = (
        (errors[kind, k], ".4f"),
        (counts[trained][k > 2], ",d"),
        (spent[trained][k > 2], ".1f"),
        (4 * k, ".0f"),
    )
    told += (judged[kind, k][0], ".1%"), (judged[kind, k][1], ".1f")
    rows.append((f"{labels[kind]}; {k}", *(text.number(*pair) for pair in told)))
real = [text.number(value, form) for value, form in zip(judged["real"], (".1%", ".1f"))]
rows.append(("real images (validation)", *"––––", *real))
header = (
    "model; code numbers",  # pt: "modelo; números no código"
    "MSE",
    "parameters",
    "seconds",
    "bytes per code",
    "samples recognised",
    "Fréchet distance",
)
text.table(header, rows, "Reconstruction of test images, and samples")
# pt: "Reconstrução de imagens de teste, e amostras"
# %%
claims.check(
    source,
    mse_pca=errors["PCA", latent_dim],
    mse_plain=errors["plain", latent_dim],
    mse_vae=errors["VAE", latent_dim],
    sure_pca=judged["PCA", latent_dim][0],
    sure_naive=judged["naive", latent_dim][0],
    sure_plain=judged["plain", latent_dim][0],
    sure_vae=judged["VAE", latent_dim][0],
    frechet_real=judged["real"][1],
    frechet_pca=judged["PCA", latent_dim][1],
    frechet_naive=judged["naive", latent_dim][1],
    frechet_plain=judged["plain", latent_dim][1],
    frechet_vae=judged["VAE", latent_dim][1],
)
# %% [markdown] lang="en"
# Four things to read from it.
#
# - **Reconstruction: the plain autoencoder wins** ({{ mse_plain }} against {{ mse_vae }}), as one expects: nobody blurs its codes. PCA with as many numbers is far behind ({{ mse_pca }}), in a fraction of the time.
# - **From $\mathcal N(0, I)$ only the VAE can draw:** {{ sure_vae }} of its samples are recognised, {{ sure_naive }} of the plain one's; Fréchet distances {{ frechet_vae }} and {{ frechet_naive }}.
# - **A fitted normal rescues much of the plain one:** {{ sure_plain }} recognised, distance {{ frechet_plain }}. That is honest competition, and with two numbers the plain one was even ahead in the first figure. But it is a second model, fitted afterwards, and it needs the training data; exercise 1 takes it further.
# - **Nobody is near the real images** ({{ frechet_real }} for validation digits). A VAE of this kind draws softly: its answer is a mean of all images that a code might stand for.
# %% [markdown] lang="pt-BR"
# Quatro coisas a ler.
#
# - **Na reconstrução, o autoencoder comum vence** ({{ mse_plain }} contra {{ mse_vae }}), como é de esperar: ninguém borra os códigos dele. A PCA com o mesmo tanto de números fica bem atrás ({{ mse_pca }}), numa fração do tempo.
# - **De $\mathcal N(0, I)$, só o VAE sabe desenhar:** {{ sure_vae }} das suas amostras são reconhecidas, contra {{ sure_naive }} das do comum; distâncias de Fréchet {{ frechet_vae }} e {{ frechet_naive }}.
# - **Uma normal ajustada resgata boa parte do comum:** {{ sure_plain }} reconhecidas, distância {{ frechet_plain }}. É concorrência leal, e com dois números o comum ficou até à frente no primeiro critério. Mas trata-se de um segundo modelo, ajustado depois, que precisa dos dados de treino; o exercício 1 leva isso adiante.
# - **Ninguém chega perto das imagens reais** ({{ frechet_real }} para dígitos de validação). Um VAE deste tipo desenha macio: sua resposta é uma média de todas as imagens que um código pode representar.
# %%
named_rows = {"original": x_test[:12], "PCA": pictures["PCA", latent_dim][0]}
named_rows |= {"plain": pictures["plain", latent_dim][0]}  # pt: "comum"
named_rows |= {"VAE": pictures["VAE", latent_dim][0]}
sampled_rows = {label: pictures[kind, latent_dim][1] for kind, label in labels.items()}
for rows, about in (
    (
        named_rows,
        "Twelve test digits over three reconstructions: PCA grey and blurred, both networks close to the original.",
        # pt: "Doze dígitos de teste sobre três reconstruções: PCA cinzenta e borrada; as redes, perto do original."
    ),
    (
        sampled_rows,
        "Samples of the four rivals, a row each: PCA grey clouds, then drawings with more and less resemblance to digits.",
        # pt: "Amostras dos quatro rivais, uma linha cada: PCA, nuvens cinzentas; depois, desenhos mais e menos parecidos com dígitos."
    ),
):
    plot.image_rows({name: x.reshape(-1, 28, 28) for name, x in rows.items()}, alt=about)


# %% [markdown] lang="en"
# ### From one image to another
#
# If every point between two codes makes sense, the straight line between them is a film: a 7 that turns into a 2. Three films between the same two images: the average of *pixels*, the line between the codes of the plain autoencoder, the line between the means of the VAE.
# %% [markdown] lang="pt-BR"
# ### De uma imagem a outra
#
# Se todo ponto entre dois códigos faz sentido, a reta entre eles é um filme: um 7 que vira um 2. Três filmes entre as mesmas duas imagens: a média dos *pixels*, a reta entre os códigos do autoencoder comum, a reta entre as médias do VAE.
# %%
def film(a, b, t):
    """Points on the straight lines from the rows of `a` to those of `b`, at the fractions `t`."""
    # pt: """Pontos nas retas que vão das linhas de `a` às de `b`, nas frações `t`."""
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
    alt="Three films from a 7 to a 2: pixels show both digits at once; the two networks bend one into the other.",
    # pt: "Três filmes de um 7 a um 2: os pixels mostram os dois dígitos ao mesmo tempo; as duas redes dobram um no outro."
)
# %% [markdown] lang="en"
# One film proves nothing. Two thousand pairs of test images of different classes, and the judge looks at the middle frame, the one farthest from both ends:
# %% [markdown] lang="pt-BR"
# Um filme nada prova. Dois mil pares de imagens de teste de classes diferentes, e o juiz olha o quadro do meio, o mais distante das duas pontas:
# %%
pairs = np.random.default_rng(0).integers(
    0, len(x_test), (settings.pick(quick=400, class_=2400, full=2400), 2)
)
a, b = pairs[y_test[pairs[:, 0]] != y_test[pairs[:, 1]]].T
middles = {
    "pixels": film(x_test[a], x_test[b], [0.5]),
    "plain": decode(plain_decoder, film(z_plain[a], z_plain[b], [0.5])),
    "vae": decode(vae_decoder, film(z_vae[a], z_vae[b], [0.5])),
}
claims.check(source, **{f"middle_{name}": verdicts(judge, images)[1] for name, images in middles.items()})
# %% [markdown] lang="en"
# Recognised in the middle: {{ middle_pixels }} with pixels, {{ middle_plain }} with the plain autoencoder, {{ middle_vae }} with the VAE. The first two figures tell what having a code is worth, the last two what the smoother space adds to it. Many middles are no digit on either way: between a 7 and a 2 there is a place that belongs to neither.
#
# ## 8. The effect of $\beta$, and the most frequent error
#
# $\beta$ is the exchange rate between the two costs. Below 1 information is cheap: sharper reconstructions, clouds that shrink and leave gaps. Above 1 it is dear (Higgins and colleagues, 2017, who gave the $\beta$-VAE its name, hoped for codes in which each number has a meaning of its own).
#
# Two of the values below are in nobody's plan. They are what you get when you take a **mean where a sum belongs**:
#
# | what the program says | what it amounts to |
# | --- | --- |
# | sum over pixels, sum over code numbers | $\beta = 1$ |
# | **mean** over the 784 pixels (what `loss="binary_crossentropy"` does), sum over code numbers | $\beta = 784$ |
# | sum over pixels, **mean** over 8 code numbers | $\beta = 1/8$ |
# | mean over both | $\beta = 784/8 = 98$ |
#
# For dividing the first term by 784 is multiplying the second, but for a common factor that Adam does not care about. Papers with another image size or another normalisation have another $\beta$: **compare $\beta$ only where both sums are written out.**
#
# We train the network of section 7 on a third of the images, for several values. **Predict:** what will a VAE with $\beta = 784$ draw?
# %% [markdown] lang="pt-BR"
# Reconhecidos no meio: {{ middle_pixels }} com pixels, {{ middle_plain }} com o autoencoder comum, {{ middle_vae }} com o VAE. Os dois primeiros valores dizem quanto vale ter um código; os dois últimos, o que o espaço mais liso acrescenta. Muitos meios não são dígito nenhum, por qualquer caminho: entre um 7 e um 2 há um lugar que não é de ninguém.
#
# ## 8. O efeito de $\beta$, e o erro mais comum
#
# $\beta$ é a taxa de câmbio entre os dois custos. Abaixo de 1 a informação é barata: reconstruções mais nítidas, nuvens que encolhem e deixam buracos. Acima de 1 é cara (Higgins e colegas, que em 2017 deram nome ao $\beta$-VAE, esperavam códigos em que cada número tivesse um significado próprio).
#
# Dois dos valores abaixo não estão nos planos de ninguém. São o que se obtém ao tirar uma **média onde cabe uma soma**:
#
# | o que diz o programa | a que isso equivale |
# | --- | --- |
# | soma sobre pixels, soma sobre números do código | $\beta = 1$ |
# | **média** sobre os 784 pixels (é o que faz `loss="binary_crossentropy"`), soma sobre números do código | $\beta = 784$ |
# | soma sobre pixels, **média** sobre 8 números do código | $\beta = 1/8$ |
# | média nos dois | $\beta = 784/8 = 98$ |
#
# Pois dividir o primeiro termo por 784 é multiplicar o segundo, a menos de um fator comum que não incomoda o Adam. Artigos com outro tamanho de imagem ou outra normalização têm outro $\beta$: **só compare $\beta$ onde as duas somas estejam escritas.**
#
# Treinamos a rede da seção 7 com um terço das imagens, para vários valores. **Arrisque:** o que desenhará um VAE com $\beta = 784$?
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
    spectrum[beta] = *parts, active, *quality(images, x_test, judge, judge_features), images[:12].copy()
# %%
fig, ax = plt.subplots(figsize=(8, 4.8))
kls, bces = [parts[1] for parts in spectrum.values()], [parts[0] for parts in spectrum.values()]
ax.plot(kls, bces, "o-")
for beta, kl, bce in zip(spectrum, kls, bces):
    name = "1/8" if beta < 1 else f"{beta}"
    ax.annotate(rf"$\beta$ = {name}", (kl, bce), xytext=(10, 8), textcoords="offset points")
ax.margins(0.15)
ax.set(xlabel="KL: information in the code (nats)", ylabel="reconstruction (nats)")
# pt: "KL: informação no código (nats)"
plot.show(
    fig,
    alt="A falling curve: little information and bad reconstruction at beta 784, much and good at one eighth.",
    # pt: "Curva decrescente: pouca informação e má reconstrução em beta 784, muita e boa em um oitavo."
)
# %%
rows = [
    (
        "1/8" if beta < 1 else f"{beta}",
        *(text.number(v, f) for v, f in zip(parts, (".1f", ".1f", ".0f", ".1%", ".1f"))),
    )
    for beta, parts in spectrum.items()
]
header = ("β", "reconstruction", "KL", "active code numbers", "samples recognised", "Fréchet distance")
# pt: "reconstrução", "números ativos no código"
text.table(header, rows, "Test images and samples; reconstruction and KL in nats an image")
# pt: "Imagens de teste e amostras; reconstrução e KL em nats por imagem"
plot.image_rows(
    {f"β = {row[0]}": parts[-1] for row, parts in zip(rows, spectrum.values())},
    alt="Samples for each beta, from tangled at the smallest to the same grey mean image twelve times at 784.",
    # pt: "Amostras para cada beta: emaranhadas no menor, doze vezes a mesma média cinzenta em 784."
)
# %%
low, high = min(betas), max(betas)
claims.check(
    source,
    bce_low=spectrum[low][0],
    kl_low=spectrum[low][1],
    bce_one=spectrum[1][0],
    kl_one=spectrum[1][1],
    kl_high=abs(spectrum[high][1]),
    active_low=spectrum[low][2],
    active_one=spectrum[1][2],
    active_high=spectrum[high][2],
    sure_low=spectrum[low][3],
    sure_one=spectrum[1][3],
)


# %% [markdown] lang="en"
# Along the curve: at $\beta = 1/8$ the reconstruction costs {{ bce_low }} nats and the code carries {{ kl_low }}; at $\beta = 1$ it is {{ bce_one }} and {{ kl_one }}. A better reconstruction does not draw better: {{ sure_low }} of the samples are recognised at $1/8$, {{ sure_one }} at 1.
#
# And $\beta = 784$, the program with the forgotten sum: KL {{ kl_high }}, {{ active_high }} active code numbers of {{ active_one }}, and twelve times the mean image. All clouds have become $\mathcal N(0, I)$, the decoder has learnt that the code says nothing: **posterior collapse**. Nothing crashes, the loss falls, and whoever does not look at the KL on its own searches for the fault in the layers. *Print both terms. Always.*
#
# ## 9. Ordering a class: the conditional VAE
#
# A VAE draws what it likes. The **conditional** VAE (Sohn, Lee and Yan, 2015) draws what we ask for: encoder and decoder both receive the label, as ten numbers of which one is 1. The code then need not say *which* digit it is; it is free for *how* it is written: slant, width, thickness.
#
# In Keras: two inputs for each half, and one line changes in the model.
# %% [markdown] lang="pt-BR"
# Ao longo da curva: com $\beta = 1/8$ a reconstrução custa {{ bce_low }} nats e o código carrega {{ kl_low }}; com $\beta = 1$ são {{ bce_one }} e {{ kl_one }}. Reconstruir melhor não é desenhar melhor: {{ sure_low }} das amostras são reconhecidas com $1/8$, e {{ sure_one }} com 1.
#
# E $\beta = 784$, o programa da soma esquecida: KL de {{ kl_high }}, {{ active_high }} números ativos de {{ active_one }}, e doze vezes a imagem média. Todas as nuvens viraram $\mathcal N(0, I)$, e o decodificador aprendeu que o código nada diz: é o **colapso da posterior**. Nada dá erro, o custo cai, e quem não olha a KL em separado procura o defeito nas camadas. *Imprima os dois termos. Sempre.*
#
# ## 9. Encomendar uma classe: o VAE condicional
#
# Um VAE desenha o que quer. O **condicional** (Sohn, Lee e Yan, 2015) desenha o que pedimos: codificador e decodificador recebem também o rótulo, como dez números dos quais um vale 1. O código então não precisa dizer *qual* é o dígito; fica livre para *como* ele foi escrito: inclinação, largura, espessura.
#
# No Keras: duas entradas em cada metade, e muda uma linha no modelo.
# %%
class ConditionalVAE(VAE):
    """A VAE whose halves are told the label."""

    # pt: """Um VAE cujas metades recebem o rótulo."""

    def call(self, inputs):
        return self.decoder([self.draw(inputs), inputs[1]])


def build_conditional(widths, latent_dim, classes=10, seed=7):
    """Encoder of (image, label), decoder of (code, label), and the model of both."""
    # pt: """Codificador de (imagem, rótulo), decodificador de (código, rótulo) e o modelo dos dois."""
    x, y = keras.Input((784,), name="pixels"), keras.Input((classes,), name="label")
    hidden = layers.Concatenate()([x, y])
    for width in widths:
        hidden = layers.Dense(width, "relu")(hidden)
    encoder = keras.Model([x, y], cloud_of(hidden, latent_dim, seed), name="encoder")
    z, y = keras.Input((latent_dim,), name="code"), keras.Input((classes,), name="label")
    hidden = layers.Concatenate()([z, y])
    for width in reversed(widths):
        hidden = layers.Dense(width, "relu")(hidden)
    decoder = keras.Model([z, y], layers.Dense(784, "sigmoid", name="x_hat")(hidden), name="decoder")
    return encoder, decoder, ConditionalVAE(encoder, decoder)


# %%
def image_and_label(both, _):
    """Splits rows of 784 pixels and 10 labels into two inputs and the target."""
    # pt: """Separa linhas de 784 pixels e 10 rótulos em duas entradas e o alvo."""
    return (both[:, :784], both[:, 784:]), both[:, :784]


one_hot = np.eye(10, dtype="float32")
labelled = tf.concat([x_train, one_hot[y_train]], axis=1)
del x_train, few  # their pixels stand in `labelled`  # pt: os pixels deles estão em `labelled`
keras.utils.set_random_seed(settings.seed())
given_encoder, given_decoder, conditional = build_conditional(widths, latent_dim, seed=settings.seed())
train(conditional, labelled, settings.pick(quick=6, class_=8, full=50), 3e-3, prepare=image_and_label)
# %%
hands = np.repeat(normal(6, latent_dim), 10, axis=0)
pages = np.asarray(given_decoder([hands, np.tile(one_hot, (6, 1))])).reshape(6, 10, 28, 28)
plot.image_rows(
    {f"{hand + 1}": page for hand, page in enumerate(pages)},
    alt="Six rows of the digits from 0 to 9, each row in a handwriting of its own.",
    # pt: "Seis linhas com os dígitos de 0 a 9, cada linha com uma caligrafia própria."
)
asked = np.arange(n) % 10
answers = np.asarray(given_decoder([normal(n, latent_dim), one_hot[asked]]))
named, sure = verdicts(judge, answers)
claims.check(source, given_right=(named == asked).mean(), given_sure=sure)
# %% [markdown] lang="en"
# Each row is **one** code with ten labels: the same hand writes all digits. The judge reads {{ given_right }} of ten thousand orders as the digit that was asked for; of real test images it reads {{ judge_accuracy }} correctly.
#
# ## 10. Clothes
#
# Does all this depend on digits? The same functions, the same networks, on Fashion-MNIST. A new judge learns the classes of clothes, and answers one more question: does a *reconstruction* keep the class of its original? (Convolutions wait for lesson 09, where the images are large enough to pay for them.)
# %% [markdown] lang="pt-BR"
# Cada linha é **um** código com dez rótulos: a mesma mão escreve todos os dígitos. De dez mil encomendas, o juiz lê {{ given_right }} como o dígito pedido; das imagens reais de teste, lê {{ judge_accuracy }} corretamente.
#
# ## 10. Roupas
#
# Tudo isso depende de dígitos? As mesmas funções, as mesmas redes, no Fashion-MNIST. Um novo juiz aprende as classes de roupas e responde a mais uma pergunta: a *reconstrução* conserva a classe do original? (As convoluções esperam a aula 09, cujas imagens são grandes o bastante para pagar por elas.)
# %%
del x_val, labelled, x_hat, samples, images, middles, answers  # the memory is needed for clothes
# pt: a memória faz falta às roupas
fashion = data.mnist.load_fashion()
print(fashion.provenance)
clothes, clothes_test = (x.reshape(len(x), -1) for x in (fashion.x_train, fashion.x_test))
n_val = len(clothes) // 12
clothes_train, clothes_val = tf.constant(clothes[:-n_val]), clothes[-n_val:].copy()
clothes_source, clothes_labels = fashion.source, fashion.y_train[:-n_val]
del fashion, clothes
clothes_judge, clothes_features = train_judge(clothes_train, clothes_labels)
# %%
keras.utils.set_random_seed(settings.seed())
clothes_halves = {"plain": build_plain(widths, latent_dim)}
keras.utils.set_random_seed(settings.seed())
clothes_halves["VAE"] = build_vae(widths, latent_dim, seed=settings.seed())
spent, draws = {}, {"VAE": normal(n, latent_dim)}
for kind, (_, _, model) in clothes_halves.items():
    _, spent[kind] = train(model, clothes_train, settings.pick(quick=6, class_=8, full=25), 3e-3)
draws["plain"] = fitted(np.asarray(clothes_halves["plain"][0](clothes_train)), n)
start = time.perf_counter()
clothes_pca = PCA(latent_dim, random_state=0).fit(clothes_train)
spent["PCA"] = time.perf_counter() - start
# %%
read_as, sure_clothes = verdicts(clothes_judge, clothes_test)
worth, rows = {"real": quality(clothes_val, clothes_test, clothes_judge, clothes_features)}, []
for kind in ("PCA", "plain", "VAE"):
    if kind == "PCA":
        count, (x_hat, samples) = 784 * (latent_dim + 1), pca_rival(clothes_pca, latent_dim, clothes_test, n)
    else:
        encoder, decoder, model = clothes_halves[kind]
        count, (x_hat, samples) = (
            model.count_params(),
            network_rival(encoder, decoder, clothes_test, draws[kind]),
        )
    pictures[kind] = x_hat[:12].copy(), samples[:12].copy()
    kept = float((verdicts(clothes_judge, x_hat)[0] == read_as).mean())
    worth[kind] = (
        *quality(samples, clothes_test, clothes_judge, clothes_features),
        kept,
        mse(clothes_test, x_hat),
    )
    told = (worth[kind][3], ".4f"), (count, ",d"), (spent[kind], ".1f"), (4 * latent_dim, ".0f")
    told += (kept, ".1%"), (worth[kind][0], ".1%"), (worth[kind][1], ".1f")
    rows.append((labels[kind], *(text.number(*pair) for pair in told)))
# %%
real = [text.number(value, form) for value, form in zip(worth["real"], (".1%", ".1f"))]
rows.append(("real images (validation)", *"–––––", *real))
header = (
    "model",
    "MSE",
    "parameters",
    "seconds",
    "bytes per code",
    "class kept",  # pt: "classe conservada"
    "samples recognised",
    "Fréchet distance",
)
text.table(header, rows, "Clothes, eight code numbers: reconstruction of test images, and samples")
# pt: "Roupas, oito números no código: reconstrução de imagens de teste, e amostras"
# %%
claims.check(
    clothes_source,
    clothes_mse_pca=worth["PCA"][3],
    clothes_mse_plain=worth["plain"][3],
    clothes_mse=worth["VAE"][3],
    clothes_kept_plain=worth["plain"][2],
    clothes_kept=worth["VAE"][2],
    clothes_sure_real=sure_clothes,
    clothes_sure_plain=worth["plain"][0],
    clothes_sure=worth["VAE"][0],
    clothes_frechet_plain=worth["plain"][1],
    clothes_frechet=worth["VAE"][1],
)
plot.image_rows(
    {
        "original": clothes_test[:12].reshape(-1, 28, 28),
        "VAE": pictures["VAE"][0].reshape(-1, 28, 28),
        "VAE, samples": pictures["VAE"][1].reshape(-1, 28, 28),  # pt: "VAE, amostras"
        "plain, samples": pictures["plain"][1].reshape(-1, 28, 28),  # pt: "comum, amostras"
    },
    alt="Twelve clothes; the VAE's soft reconstructions; new clothes drawn by the VAE and by the plain autoencoder.",
    # pt: "Doze roupas; as reconstruções macias do VAE; roupas novas desenhadas pelo VAE e pelo autoencoder comum."
)
# %% [markdown] lang="en"
# The order of the rivals in reconstruction is the same as with digits: {{ clothes_mse_plain }} plain, {{ clothes_mse }} VAE, {{ clothes_mse_pca }} PCA. The VAE keeps the class of {{ clothes_kept }} of the clothes (plain: {{ clothes_kept_plain }}), though prints, buttons and straps are gone. Of its new clothes {{ clothes_sure }} are recognised, of the plain one's (fitted normal) {{ clothes_sure_plain }}; of real ones {{ clothes_sure_real }}, since this judge often hesitates between shirts, pullovers and coats, as people do. Fréchet distances: {{ clothes_frechet }} and {{ clothes_frechet_plain }}.
#
# ## 11. Saving the halves
#
# Who only draws needs the decoder; who only compresses, the encoder. Each goes into a file of its own. The encoder holds a layer that Keras does not know: the decorator `register_keras_serializable` has entered it into Keras's list, and `get_config` tells how to make it again. A program that loads the file must **import (or define) the class first**;
# the file carries its name, not its code, and with `safe_mode=True` it could not smuggle any in.
# %% [markdown] lang="pt-BR"
# A ordem dos rivais na reconstrução é a mesma dos dígitos: {{ clothes_mse_plain }} o comum, {{ clothes_mse }} o VAE, {{ clothes_mse_pca }} a PCA. O VAE conserva a classe de {{ clothes_kept }} das roupas (o comum, de {{ clothes_kept_plain }}), embora estampas, botões e tiras se percam. Das suas roupas novas, {{ clothes_sure }} são reconhecidas; das do comum (normal ajustada), {{ clothes_sure_plain }}; das reais, {{ clothes_sure_real }}, pois este juiz muitas vezes hesita entre camisas, suéteres e casacos, como as pessoas. Distâncias de Fréchet: {{ clothes_frechet }} e {{ clothes_frechet_plain }}.
#
# ## 11. Salvar as metades
#
# Quem só desenha precisa do decodificador; quem só comprime, do codificador. Cada um vai para um arquivo próprio. O codificador contém uma camada que o Keras não conhece: o decorador `register_keras_serializable` a inscreveu na lista do Keras, e `get_config` diz como refazê-la. Um programa que carregue o arquivo precisa antes **importar (ou definir) a classe**;
# o arquivo leva o nome dela, não o código, e com `safe_mode=True` nem conseguiria contrabandear algum.
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
# Means, log-variances and drawings are equal to the last digit. (The third output of the encoder is a draw: it differs from call to call, before and after saving.)
#
# ### Explore: a walk in eight dimensions
#
# Choose two test images and move from one ($t = 0$) to the other ($t = 1$), and beyond both. Below each picture stands what the judge reads and how sure it is. Find a pair for which the plain autoencoder loses its way and the VAE does not; then one the other way round.
# %% [markdown] lang="pt-BR"
# Médias, log-variâncias e desenhos são iguais até o último dígito. (A terceira saída do codificador é um sorteio: muda de chamada a chamada, antes e depois de salvar.)
#
# ### Explore: um passeio em oito dimensões
#
# Escolha duas imagens de teste e vá de uma ($t = 0$) à outra ($t = 1$), e além das duas. Sob cada figura está o que o juiz lê e quanta certeza tem. Ache um par em que o autoencoder comum se perca e o VAE não; depois, um ao contrário.
# %%
explore.vae.walk(
    x_test[:200],
    {"VAE": (z_vae[:200], vae_decoder), "plain": (z_plain[:200], plain_decoder)},  # pt: "comum"
    judge,
    digits,
)
# %% [markdown] lang="en"
# ## Check yourself
#
# Answer first, then open.
#
# **1.** Name the three things a plain autoencoder's latent space lacks for generating, and which part of the VAE brings each.
#
# <details><summary>Answer</summary>A known region: the KL term pulls the clouds together to N(0, I). Continuity: the noise, since the decoder has to draw the same image all over a cloud. Completeness: both together; clouds of finite width that fill one known distribution leave little room for gaps.</details>
#
# **2.** A student's VAE draws the same grey blot for every code, and its KL is zero. What do you look for in the program?
#
# <details><summary>Answer</summary>A mean over the pixels beside a sum over the code numbers: with 784 pixels that is β = 784. Information is then too dear, every cloud becomes N(0, I), the code says nothing, and the best answer is the mean image. The same can come from a β that is too large by intention.</details>
#
# **3.** Why does the network compute log σ² and not σ?
#
# <details><summary>Answer</summary>A dense layer gives any real number; a standard deviation must be positive. Its logarithm may be anything, and the KL formula needs log σ² anyway.</details>
#
# **4.** Why write z = μ + σε instead of drawing z from N(μ, σ²) directly?
#
# <details><summary>Answer</summary>It is the same distribution, but the chance sits in ε, which depends on no weight. So the derivative of z with respect to μ (it is 1) and to σ (it is ε) exists, and training by gradient descent is possible.</details>
#
# **5.** At test time, which code do you keep for an image: a draw or the mean?
#
# <details><summary>Answer</summary>To compress, compare or rebuild: the mean, which is the same every time. To estimate the ELBO, or to see how uncertain the encoder is: draws.</details>
#
# **6.** A colleague's VAE has a squared error above that of your plain autoencoder of the same size. Is it a bad VAE?
#
# <details><summary>Answer</summary>That is the price of the blurred code, and no defect. If reconstruction is all you want, take the plain one. The VAE is to be judged by what it was made for: samples and the space between codes.</details>
# %% [markdown] lang="pt-BR"
# ## Teste-se
#
# Responda primeiro, abra depois.
#
# **1.** Cite as três coisas que faltam ao espaço latente de um autoencoder comum para gerar, e que parte do VAE traz cada uma.
#
# <details><summary>Resposta</summary>Uma região conhecida: o termo KL reúne as nuvens em torno de N(0, I). Continuidade: o ruído, pois o decodificador tem de desenhar a mesma imagem na nuvem inteira. Completude: os dois juntos; nuvens de largura finita que preenchem uma distribuição conhecida deixam pouco espaço para buracos.</details>
#
# **2.** O VAE de um aluno desenha o mesmo borrão cinza para qualquer código, e a sua KL é zero. O que você procura no programa?
#
# <details><summary>Resposta</summary>Uma média sobre os pixels ao lado de uma soma sobre os números do código: com 784 pixels, isso é β = 784. A informação fica cara demais, toda nuvem vira N(0, I), o código nada diz, e a melhor resposta é a imagem média. Um β grande demais de propósito faz o mesmo.</details>
#
# **3.** Por que a rede calcula log σ² e não σ?
#
# <details><summary>Resposta</summary>Uma camada densa dá qualquer número real; um desvio padrão tem de ser positivo. O seu logaritmo pode ser qualquer coisa, e a fórmula da KL precisa mesmo de log σ².</details>
#
# **4.** Por que escrever z = μ + σε em vez de sortear z diretamente de N(μ, σ²)?
#
# <details><summary>Resposta</summary>A distribuição é a mesma, mas o acaso fica em ε, que não depende de peso algum. Assim existem as derivadas de z em relação a μ (vale 1) e a σ (vale ε), e dá para treinar por descida do gradiente.</details>
#
# **5.** No uso, que código você guarda de uma imagem: um sorteio ou a média?
#
# <details><summary>Resposta</summary>Para comprimir, comparar ou refazer: a média, sempre a mesma. Para estimar o ELBO, ou ver quão incerto está o codificador: sorteios.</details>
#
# **6.** O VAE de um colega tem erro quadrático maior que o do seu autoencoder comum do mesmo tamanho. O VAE é ruim?
#
# <details><summary>Resposta</summary>Esse é o preço do código borrado, não um defeito. Se você só quer reconstruir, fique com o comum. O VAE se julga por aquilo para que foi feito: amostras e o espaço entre os códigos.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# The cell below each exercise checks your answer at once; `check.mixture.hint()` (with the name of the check) gives a hint, and a plainer one the next time.
#
# ### Exercise 1: can the plain autoencoder be rescued?
#
# One normal distribution fits its codes badly. A **mixture** of ten (scikit-learn's `GaussianMixture(10, random_state=0)`, fitted to 10,000 codes of `z_train8`) may fit better. Draw `n` codes from it and put them into `mixture_codes`, shape (`n`, 8). The cell below decodes them with `plain_decoder` and
# judges the drawings. Is the VAE still ahead? What has it that the rescued one has not?
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# A célula abaixo de cada exercício verifica a resposta na hora; `check.mixture.hint()` (com o nome da verificação) dá uma dica, e uma mais clara na vez seguinte.
#
# ### Exercício 1: dá para salvar o autoencoder comum?
#
# Uma só normal se ajusta mal aos seus códigos. Uma **mistura** de dez (`GaussianMixture(10, random_state=0)`, do scikit-learn, ajustada a 10.000 códigos de `z_train8`) talvez se ajuste melhor. Sorteie dela `n` códigos e ponha-os em `mixture_codes`, de forma (`n`, 8). A célula abaixo os decodifica com `plain_decoder` e
# julga os desenhos. O VAE ainda está à frente? O que ele tem que o resgatado não tem?
# %% exercise="1" role="answer"
mixture_codes = None
### BEGIN SOLUTION
from sklearn.mixture import GaussianMixture

mixture = GaussianMixture(10, random_state=0).fit(z_train8[:10_000].astype("float64"))
mixture_codes = mixture.sample(n)[0]
# The mixture is a second model, trained after the first: it makes the region known. The VAE's
# region is known without it, and its neighbours and middles were trained to make sense.
# pt: A mistura é um segundo modelo, treinado depois do primeiro: ela torna a região conhecida. A do
# pt: VAE é conhecida sem ela, e seus vizinhos e meios de caminho foram treinados para fazer sentido.
### END SOLUTION
# %% exercise="1" role="check"
from exercises import vae as check

check.mixture(mixture_codes, z_train8, n)
# check.mixture.hint()
if check.mixture.done:
    drawn = decode(plain_decoder, np.asarray(mixture_codes, "float32"))
    for name, values in {
        "normal": judged["plain", latent_dim],
        "VAE": judged["VAE", latent_dim],
        "mixture": quality(drawn, x_test, judge, judge_features),  # pt: "mistura"
    }.items():
        print(f"{name:10}{values[0]:8.1%}{values[1]:10.1f}")
# %% [markdown] lang="en"
# ### Exercise 2: which code numbers work?
#
# Compute the KL divergence of **each code number** of the VAE of section 7, averaged over the test images, as an array `kl_by_number` of shape (8,). Its sum must be the KL of the whole. How many of the eight carry less than a tenth of a nat?
# %% [markdown] lang="pt-BR"
# ### Exercício 2: que números do código trabalham?
#
# Calcule a divergência KL de **cada número do código** do VAE da seção 7, em média sobre as imagens de teste, como um vetor `kl_by_number` de forma (8,). A soma tem de ser a KL do todo. Quantos dos oito carregam menos de um décimo de nat?
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
    print(np.sort(kl_by_number)[::-1].round(2))
# %% [markdown] lang="en"
# ### Exercise 3: temperature
#
# Draw `n` codes from $\mathcal N(0, \tau^2 I)$ instead of $\mathcal N(0, I)$, with $\tau$ = 0.5, 0.8, 1 and 1.3, and put into the dictionary `by_temperature` what `quality` says of each (for instance `{0.5: (0.99, 40.0)}`). Which temperature is best? Compare it with the standard deviation of the VAE's codes of the test images, which stands below the table, and explain.
# %% [markdown] lang="pt-BR"
# ### Exercício 3: temperatura
#
# Sorteie `n` códigos de $\mathcal N(0, \tau^2 I)$ em vez de $\mathcal N(0, I)$, com $\tau$ = 0,5, 0,8, 1 e 1,3, e ponha no dicionário `by_temperature` o que `quality` diz de cada um (por exemplo `{0.5: (0.99, 40.0)}`). Que temperatura é a melhor? Compare-a com o desvio padrão dos códigos do VAE nas imagens de teste, que aparece sob a tabela, e explique.
# %% exercise="3" role="answer"
by_temperature = {}
### BEGIN SOLUTION
for tau in (0.5, 0.8, 1.0, 1.3):
    cooled = decode(vae_decoder, tau * normal(n, latent_dim))
    by_temperature[tau] = quality(cooled, x_test, judge, judge_features)


# Near the origin the clouds of all classes meet: cold draws are hybrids, and all alike. The clouds
# together are a little wider than N(0, I), for the price pulls without forcing: draws a little
# warmer than the theory says may hit them better. A fitted normal would help the VAE, too.
# pt: Perto da origem as nuvens de todas as classes se encontram: sorteios frios são híbridos, e todos
# pt: parecidos. As nuvens juntas são um pouco mais largas que N(0, I), pois o preço puxa sem obrigar:
# pt: sorteios mais quentes que a teoria podem acertá-las melhor. Uma normal ajustada ajudaria o VAE também.
### END SOLUTION
# %% exercise="3" role="check"
def quality_of(codes):
    """What `quality` says of the drawings of some codes."""
    # pt: """O que `quality` diz dos desenhos de alguns códigos."""
    return quality(decode(vae_decoder, codes), x_test, judge, judge_features)


check.temperatures(by_temperature, quality_of, (n, latent_dim))
# check.temperatures.hint()
if check.temperatures.done:
    for tau, (share, distance) in sorted(by_temperature.items()):
        print(f"{tau:4}{share:8.1%}{distance:10.1f}")
    print(np.asarray(vae_encoder(x_test)[2]).std(axis=0).round(2))
# %% [markdown] lang="en"
# ## Summary
#
# - A plain autoencoder answers for the codes of its training images only; the points between them belong to nobody.
# - A VAE codes an image as a cloud, trains its decoder on draws from it, and charges each cloud for its distance from $\mathcal N(0, I)$.
# - The KL divergence of two normals has a closed form; simulate before you trust your code.
# - Cross-entropy **summed** over pixels, KL **summed** over code numbers, mean over images only: that is $\beta = 1$.
# - The price is a worse reconstruction; what it buys is samples, a known region and a smooth space. Measure both sides, beside PCA and a plain autoencoder.
# - Told the label, a VAE draws what is ordered.
#
# ## References
#
# - D. P. Kingma, M. Welling, *Auto-encoding variational Bayes*, ICLR 2014.
# - D. J. Rezende, S. Mohamed, D. Wierstra, *Stochastic backpropagation and approximate inference in deep generative models*, ICML 2014.
# - K. Sohn, H. Lee, X. Yan, *Learning structured output representation using deep conditional generative models*, NIPS 2015.
# - I. Higgins et al., *β-VAE: learning basic visual concepts with a constrained variational framework*, ICLR 2017.
# - M. Heusel et al., *GANs trained by a two time-scale update rule converge to a local Nash equilibrium*, NIPS 2017 (the FID).
# - P. Ghosh, M. S. M. Sajjadi, A. Vergari, M. Black, B. Schölkopf, *From variational to deterministic autoencoders*, ICLR 2020 (exercise 1).
# - D. P. Kingma, M. Welling, *An introduction to variational autoencoders*, Foundations and Trends in Machine Learning 12, 2019.
# - H. Xiao, K. Rasul, R. Vollgraf, *Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms*, 2017.
#
# Next: lesson 09, faces in colour. Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - Um autoencoder comum só responde pelos códigos das suas imagens de treino; os pontos entre eles não são de ninguém.
# - Um VAE codifica a imagem como nuvem, treina o decodificador com sorteios dela e cobra de cada nuvem a distância até $\mathcal N(0, I)$.
# - A divergência KL entre duas normais tem forma fechada; simule antes de confiar no seu código.
# - Entropia cruzada **somada** sobre pixels, KL **somada** sobre números do código, média só entre imagens: isso é $\beta = 1$.
# - O preço é uma reconstrução pior; o que se compra são amostras, uma região conhecida e um espaço suave. Meça os dois lados, junto da PCA e de um autoencoder comum.
# - Informado do rótulo, um VAE desenha o que se encomenda.
#
# ## Referências
#
# - D. P. Kingma, M. Welling, *Auto-encoding variational Bayes*, ICLR 2014.
# - D. J. Rezende, S. Mohamed, D. Wierstra, *Stochastic backpropagation and approximate inference in deep generative models*, ICML 2014.
# - K. Sohn, H. Lee, X. Yan, *Learning structured output representation using deep conditional generative models*, NIPS 2015.
# - I. Higgins et al., *β-VAE: learning basic visual concepts with a constrained variational framework*, ICLR 2017.
# - M. Heusel et al., *GANs trained by a two time-scale update rule converge to a local Nash equilibrium*, NIPS 2017 (a FID).
# - P. Ghosh, M. S. M. Sajjadi, A. Vergari, M. Black, B. Schölkopf, *From variational to deterministic autoencoders*, ICLR 2020 (exercício 1).
# - D. P. Kingma, M. Welling, *An introduction to variational autoencoders*, Foundations and Trends in Machine Learning 12, 2019.
# - H. Xiao, K. Rasul, R. Vollgraf, *Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms*, 2017.
#
# A seguir: a aula 09, rostos em cores. Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
