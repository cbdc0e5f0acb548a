# %% [markdown] lang="en"
# # Autoencoders on MNIST: simple, sparse, deep and two-dimensional
#
# [Open in Colab]({{ colab }}) · Lesson 02 · reading: {{ reading_minutes }} min · running: {{ minutes.class }} min
# (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# **After this lesson you can**
#
# - build an autoencoder in Keras, count its parameters by hand, and train it without labels;
# - judge a reconstruction loss: against its floor, against PCA, against another seed;
# - make a code sparse, and explain why an L1 penalty produces exact zeros while an L2 penalty shrinks;
# - draw the latent space of a network with two code units, walk in it, and recognise a dead unit;
# - save and load the encoder and the decoder, and follow a training in TensorBoard.
#
# **Prerequisites:** dense layers, activation functions, gradient descent; PCA helps (lesson 01).
#
# **You will need:** a computer with Python 3.11 or newer, or a free Colab. No GPU, no earlier lesson's files.
# %% [markdown] lang="pt-BR"
# # Autoencoders no MNIST: simples, esparso, profundo e bidimensional
#
# [Abrir no Colab]({{ colab }}) · Aula 02 · leitura: {{ reading_minutes }} min · execução: {{ minutes.class }} min
# (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# **Ao final desta aula você saberá**
#
# - montar um autoencoder em Keras, contar os parâmetros à mão e treiná-lo sem usar rótulos;
# - julgar uma função de custo de reconstrução: diante do seu piso, da PCA e de outra semente;
# - tornar um código esparso e explicar por que a penalidade L1 cria zeros exatos e a L2 só encolhe;
# - desenhar o espaço latente de uma rede com duas unidades no código, passear por ele e reconhecer uma unidade morta;
# - salvar e carregar codificador e decodificador, e acompanhar um treino no TensorBoard.
#
# **Pré-requisitos:** camadas densas, funções de ativação, descida do gradiente; a PCA ajuda (aula 01).
#
# **Você vai precisar de:** um computador com Python 3.11 ou mais novo, ou do Colab gratuito. Não é preciso GPU nem arquivos de outras aulas.
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("02_mnist")
# %% [markdown] lang="en"
# If every line of the table says *ok*, go on. Otherwise its last column tells what to type.
#
# Now the imports. If a pink line about CUDA appears, it only says that this computer has no GPU.
# %% [markdown] lang="pt-BR"
# Se todas as linhas da tabela dizem *ok*, siga em frente. Se não, a última coluna mostra o que digitar.
#
# Agora as importações. Se aparecer uma linha rosa sobre CUDA, ela só diz que este computador não tem GPU.
# %%
import sys

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn.decomposition import PCA
from tqdm.keras import TqdmCallback

from utils import claims, data, explore, plot, settings, text
from utils.progress import tqdm

# %% [markdown] lang="en"
# ## 1. The data: digits without their labels
#
# MNIST holds 70,000 handwritten digits of 28 × 28 grey pixels. An autoencoder learns from the images alone:
# **the target is the input itself**. We keep the labels only to colour our figures afterwards.
# %% [markdown] lang="pt-BR"
# ## 1. Os dados: dígitos sem os rótulos
#
# O MNIST reúne 70.000 dígitos manuscritos de 28 × 28 pixels em tons de cinza. O autoencoder aprende só com as
# imagens: **o alvo é a própria entrada**. Guardamos os rótulos apenas para colorir as figuras depois.
# %%
mnist = data.mnist.load()
print(mnist.provenance)
# %%
pixels = mnist.x_train.reshape(len(mnist.x_train), -1)
n_val = len(pixels) // 12
x_train, x_val = pixels[:-n_val], pixels[-n_val:]
x_test, y_test = mnist.x_test.reshape(len(mnist.x_test), -1), mnist.y_test
print(f"x_train {x_train.shape}, x_val {x_val.shape}, x_test {x_test.shape}")
print(f"pixels from {x_train.min():.0f} to {x_train.max():.0f}")
# pt: f"pixels de {x_train.min():.0f} a {x_train.max():.0f}"
# %% [markdown] lang="en"
# Each image became a row of 784 numbers between 0 (paper) and 1 (ink). Three parts, three jobs: **training** images
# move the weights; **validation** images, cut from the end of the official training set, are what we look at
# while we choose epochs and penalties; **test** images are looked at once, when a model is finished. Many
# tutorials pass the test set as `validation_data`: whoever then picks the best epoch has trained on the
# test set without noticing.
# %% [markdown] lang="pt-BR"
# Cada imagem virou uma linha de 784 números entre 0 (papel) e 1 (tinta). Três partes, três papéis: as imagens de
# **treino** movem os pesos; as de **validação**, tiradas do fim do conjunto oficial de treino, são as que olhamos
# ao escolher épocas e penalidades; as de **teste** só são consultadas uma vez, com o modelo pronto. Muitos
# tutoriais passam o conjunto de teste em `validation_data`: quem depois escolhe a melhor época treinou no
# teste sem perceber.
# %%
plot.image_rows(
    {"test images": mnist.x_test[:10]},  # pt: "imagens de teste"
    alt="The first ten test images: handwritten digits in dark ink on white.",
    # pt: "As dez primeiras imagens de teste: dígitos manuscritos, escuros sobre branco."
)


# %% [markdown] lang="en"
# ## 2. The simple autoencoder: 784 → 32 → 784
#
# Two functions are learnt together:
#
# $$z = f(x) \quad\text{(encoder)}, \qquad \hat{x} = g(z) \quad\text{(decoder)}, \qquad \hat{x} \approx x.$$
#
# Copying $x$ would be trivial if $z$ were as large as $x$. So we squeeze: the **code** $z$ has 32 numbers where the image has
# 784. Whatever does not fit through this bottleneck is lost, and the network must find out what digits have in common.
#
# **Predict before you run:** how many weights and biases will the encoder have? And the decoder?
# %% [markdown] lang="pt-BR"
# ## 2. O autoencoder simples: 784 → 32 → 784
#
# Duas funções são aprendidas juntas:
#
# $$z = f(x) \quad\text{(codificador)}, \qquad \hat{x} = g(z) \quad\text{(decodificador)}, \qquad \hat{x} \approx x.$$
#
# Copiar $x$ seria trivial se $z$ fosse do tamanho de $x$. Por isso apertamos: o **código** $z$ tem 32 números, e a imagem,
# 784. O que não passa por esse gargalo se perde, e a rede precisa descobrir o que os dígitos têm em comum.
#
# **Antes de executar, arrisque:** quantos pesos e vieses terá o codificador? E o decodificador?
# %%
def build_simple(code_size=32, penalty=None):
    """Encoder, decoder and autoencoder with one dense layer each way."""
    # pt: """Codificador, decodificador e autoencoder com uma camada densa em cada sentido."""
    x = keras.Input((784,), name="pixels")
    z = layers.Dense(code_size, "relu", activity_regularizer=penalty, name="code")(x)
    encoder = keras.Model(x, z, name="encoder")
    decoder = keras.Sequential(
        [keras.Input((code_size,)), layers.Dense(784, "sigmoid", name="x_hat")], name="decoder"
    )
    return encoder, decoder, keras.Model(x, decoder(encoder(x)), name="autoencoder")


keras.utils.set_random_seed(settings.seed())
encoder, decoder, autoencoder = build_simple()
autoencoder.summary()
# %% tags=["nbval-check-output"]
for part in (encoder, decoder, autoencoder):
    print(f"{part.name:12}{part.count_params():>8,}")
# %% [markdown] lang="en"
# By hand: each of the 32 code units has 784 weights and 1 bias, $32 \cdot 785 = 25\,120$; each of the 784 output
# units has 32 weights and 1 bias, $784 \cdot 33 = 25\,872$; together 50,992. In the picture the height of a bar
# is the square root of the number of units: an hourglass lying on its side.
# %% [markdown] lang="pt-BR"
# À mão: cada uma das 32 unidades do código tem 784 pesos e 1 viés, $32 \cdot 785 = 25\,120$; cada uma das 784 unidades de
# saída tem 32 pesos e 1 viés, $784 \cdot 33 = 25\,872$; no total, 50.992. Na figura, a altura da barra é a raiz
# quadrada do número de unidades: uma ampulheta deitada.
# %%
plot.architecture(
    [encoder, decoder],
    title="simple autoencoder",  # pt: "autoencoder simples"
    alt="Bars for the layers: 784 pixels, a code of 32, 784 outputs.",
    # pt: "Barras para as camadas: 784 pixels, código de 32, 784 saídas."
)


# %% [markdown] lang="en"
# ### Which loss, and what is a good value?
#
# The sigmoid output lies between 0 and 1, so each pixel can be read as "the probability of ink", and the usual loss is
# the **binary cross-entropy**, averaged over pixels and images:
#
# $$L(x, \hat x) = -\,x \log \hat x - (1 - x) \log (1 - \hat x).$$
#
# Is 0.1 a good loss? The question has no answer until we know the **floor**. For a grey pixel, say
# $x = 0.5$, even the perfect output $\hat x = 0.5$ costs $\log 2$. Let us compute what a flawless
# autoencoder would pay, and at the other end what one pays who always answers with the mean image.
# %% [markdown] lang="pt-BR"
# ### Qual função de custo, e que valor é bom?
#
# A saída sigmoide fica entre 0 e 1: cada pixel pode ser lido como "probabilidade de haver tinta", e a função de
# custo usual é a **entropia cruzada binária**, média sobre pixels e imagens:
#
# $$L(x, \hat x) = -\,x \log \hat x - (1 - x) \log (1 - \hat x).$$
#
# Um custo de 0,1 é bom? A pergunta não tem resposta enquanto não conhecemos o **piso**. Num pixel cinza,
# digamos $x = 0{,}5$, até a saída perfeita $\hat x = 0{,}5$ custa $\log 2$. Calculemos quanto pagaria um
# autoencoder sem falhas e, na outra ponta, quanto paga quem sempre responde com a imagem média.
# %%
def bce(x, x_hat):
    """Binary cross-entropy, mean over pixels and images."""
    # pt: """Entropia cruzada binária, média sobre pixels e imagens."""
    return float(np.mean(keras.losses.binary_crossentropy(x, x_hat)))


floor = bce(x_test, x_test)
mean_image = np.broadcast_to(x_train.mean(axis=0), x_test.shape)
claims.check(mnist.source, floor=floor, mean_image_loss=bce(x_test, mean_image))
# %% [markdown] lang="en"
# So the useful scale runs from {{ mean_image_loss }} (no idea which digit it is) down to {{ floor }} (perfect). Keep
# these two figures in mind: every loss of this lesson lies between them.
#
# ### Training
#
# Nothing hidden: `compile` and `fit`. Three habits make it fast on a small computer without changing what is computed.
#
# - `data.batches` hands over whole batches cut from one tensor; the usual pipeline, image by image, costs more than the arithmetic of so small a network.
# - `jit_compile` lets XLA fuse the step into a few loops, and `steps_per_execution=40` returns to Python once in 40 steps.
# - The learning rate climbs for a quarter of the training to a **peak** and comes down along a cosine. A high peak
#   covers the ground, the slow end settles. In profile `full` it stays at `0.001` as in the lecture that we reproduce (course PSI3472), and takes many more epochs.
# %% [markdown] lang="pt-BR"
# A escala útil vai, portanto, de {{ mean_image_loss }} (não faço ideia de qual dígito é) até {{ floor }} (perfeito). Guarde
# esses dois valores: todo custo desta aula fica entre eles.
#
# ### Treino
#
# Nada escondido: `compile` e `fit`. Três hábitos deixam o treino rápido num computador modesto sem mudar o que se calcula.
#
# - `data.batches` entrega lotes inteiros recortados de um único tensor; o caminho usual, imagem por imagem, custa mais que a aritmética de uma rede tão pequena.
# - `jit_compile` deixa o XLA fundir o passo em poucos laços, e `steps_per_execution=40` só volta ao Python a cada 40 passos.
# - A taxa de aprendizado sobe durante um quarto do treino até um **pico** e desce por um cosseno. O pico alto percorre
#   o terreno, o final lento assenta. No perfil `full` ela fica em `0,001`, como na aula que reproduzimos (disciplina PSI3472), e pede muito mais épocas.
# %%
BATCH = 256 if mnist.source == "real" else 32  # the small sample gives few batches
# pt: a amostra pequena rende poucos lotes
train_tensor, val_tensor = tf.constant(x_train), tf.constant(x_val)  # one copy for all trainings
# pt: uma cópia para todos os treinos
GPU = bool(tf.config.list_physical_devices("GPU"))
# compiling pays off in long trainings
# pt: compilar só compensa em treinos longos
XLA = settings.pick(quick=False, class_=not GPU, full=not GPU)


def train(model, epochs, peak, callbacks=()):
    """Fit `model` to give back its input; `peak` is the highest learning rate."""
    # pt: """Ajusta `model` para devolver a entrada; `peak` é a maior taxa de aprendizado."""
    steps = epochs * (len(train_tensor) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - steps // 4, warmup_target=peak, warmup_steps=steps // 4
    )
    adam = keras.optimizers.Adam(settings.pick(quick=rate, class_=rate, full=1e-3))
    model.compile(adam, "binary_crossentropy", jit_compile=XLA, steps_per_execution=40)
    return model.fit(
        data.batches(train_tensor, BATCH, seed=settings.seed()),
        validation_data=data.batches(val_tensor, len(val_tensor)),
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[TqdmCallback(epochs, verbose=0, tqdm_class=tqdm, file=sys.stdout), *callbacks],
    )


# %%
if GPU:
    tf.config.experimental.enable_op_determinism()
epochs = settings.pick(quick=8, class_=8, full=50)
history_simple = train(autoencoder, epochs, peak=1.5e-2)
# %%
plot.history(
    {"simple": history_simple},
    ylabel="binary cross-entropy",
    alt="Training and validation loss fall together and flatten out.",
    # pt: "Custos de treino e de validação caem juntos e se estabilizam."
)


# %% [markdown] lang="en"
# Solid is validation, dashed is training. They stay together: with 32 numbers for each image there is little room to
# learn the training digits by heart. Now the test set, once.
# %% [markdown] lang="pt-BR"
# A linha cheia é a validação, a tracejada é o treino. Elas andam juntas: com 32 números por imagem, quase não há
# espaço para decorar os dígitos de treino. Agora o conjunto de teste, uma única vez.
# %%
def predict(model, x):
    """Outputs of `model` for many rows, in large batches."""
    # pt: """Saídas de `model` para muitas linhas, em lotes grandes."""
    return model.predict(x, batch_size=1000, verbose=0)


def test_loss(model):
    """The loss that `fit` minimises, penalty included, on the test images."""
    # pt: """O custo que `fit` minimiza, com a penalidade, nas imagens de teste."""
    return model.evaluate(x_test, x_test, batch_size=1000, verbose=0)


codes = predict(encoder, x_test)
claims.check(
    mnist.source,
    F1_loss=test_loss(autoencoder),
    F1_params=autoencoder.count_params(),
    F1_code_mean=codes[0].mean(),
)
# %% [markdown] lang="en"
# The table sets three things side by side: the figure of the lecture that we reproduce, the mean and the spread of our own
# runs with different seeds, and *your* run. The loss, {{ F1_loss }}, agrees with the source's {{ F1_loss.source }}.
# The mean of one code does not ({{ F1_code_mean }} against {{ F1_code_mean.source }}), and need not: doubling all
# codes while halving the decoder's weights changes no output. **A loss can be reproduced; the scale of a latent space is arbitrary.**
# %% [markdown] lang="pt-BR"
# A tabela põe lado a lado o valor da aula que reproduzimos, a média e a dispersão das nossas execuções com várias
# sementes e a *sua* execução. O custo, {{ F1_loss }}, concorda com o da fonte, {{ F1_loss.source }}. A média de um código
# não ({{ F1_code_mean }} contra {{ F1_code_mean.source }}), e nem precisa: dobrar todos os códigos e reduzir à metade os pesos do
# decodificador não muda saída alguma. **Um custo se reproduz; a escala de um espaço latente é arbitrária.**
# %%
x_hat = predict(autoencoder, x_test)
plot.image_rows(
    {
        "original": x_test[:10].reshape(-1, 28, 28),
        "reconstruction": x_hat[:10].reshape(-1, 28, 28),  # pt: "reconstrução"
    },
    alt="Ten test digits above their reconstructions: the same digits, slightly blurred.",
    # pt: "Dez dígitos de teste sobre suas reconstruções: os mesmos dígitos, um pouco borrados."
)


# %% [markdown] lang="en"
# Readable, a little soft at the edges. Is this good? Ask the oldest rival: **PCA** with 32 components,
# the best *linear* code of that size. The mean squared error (MSE) is PCA's own criterion, so this judge favours it.
# %% [markdown] lang="pt-BR"
# Legíveis, um pouco macios nas bordas. Isso é bom? Pergunte ao rival mais antigo: a **PCA** com 32
# componentes, o melhor código *linear* desse tamanho. O erro quadrático médio (MSE) é o critério da própria PCA: o juiz lhe é favorável.
# %%
def mse(x, x_hat):
    """Mean squared error over pixels and images."""
    return float(np.mean((x - x_hat) ** 2))


def pca_reconstruction(k):
    """Test images rebuilt from `k` principal components of the training images."""
    # pt: """Imagens de teste refeitas com `k` componentes principais das de treino."""
    pca = PCA(k, random_state=0).fit(x_train)
    return pca.inverse_transform(pca.transform(x_test)).astype("float32")


x_pca = pca_reconstruction(32)
claims.check(mnist.source, pca32_mse=mse(x_test, x_pca), F1_mse=mse(x_test, x_hat))


# %% [markdown] lang="en"
# With codes of equal size the autoencoder's squared error ({{ F1_mse }}) is well below PCA's ({{ pca32_mse }}), though it was
# trained for another loss. One reason is the sigmoid: PCA wastes effort on negative ink and on ink darker than black.
#
# ## 3. Reproducibility: the same losses, to the last digit
#
# Chance enters three times: the initial weights, the order of the batches, and the order in which parallel workers
# add numbers (in floating point, $a + (b + c)$ and $(a + b) + c$ may differ in the last digit). `set_random_seed` fixes the first,
# the `seed` of `data.batches` the second. The third matters on a GPU, where thousands of workers race: there we called
# `enable_op_determinism()`, which is slower and makes Keras give up XLA. On a CPU the sums of these layers have a fixed order
# already. Do we believe it? We train twice with the same seed and once with another.
# %% [markdown] lang="pt-BR"
# Com códigos do mesmo tamanho, o erro quadrático do autoencoder ({{ F1_mse }}) fica bem abaixo do da PCA ({{ pca32_mse }}), embora
# ele tenha sido treinado com outra função de custo. Uma das razões é a sigmoide: a PCA desperdiça esforço com tinta negativa e com tinta mais preta que o preto.
#
# ## 3. Reprodutibilidade: os mesmos custos, até o último dígito
#
# O acaso entra em três lugares: nos pesos iniciais, na ordem dos lotes e na ordem em que trabalhos paralelos
# somam números (em ponto flutuante, $a + (b + c)$ e $(a + b) + c$ podem diferir no último dígito). `set_random_seed` fixa o primeiro
# e o `seed` de `data.batches`, o segundo. O terceiro importa na GPU, onde milhares de trabalhos disputam a vez: nela chamamos
# `enable_op_determinism()`, que é mais lento e faz o Keras abrir mão do XLA. Na CPU, as somas destas camadas já têm
# ordem fixa. Dá para acreditar? Treinamos duas vezes com a mesma semente e uma com outra.
# %%
def first_epochs(seed):
    """Training losses of two epochs from the given seed."""
    # pt: """Custos de treino de duas épocas a partir da semente dada."""
    keras.utils.set_random_seed(seed)
    return train(build_simple()[2], epochs=2, peak=1.5e-2).history["loss"]


once, again, other = first_epochs(7), first_epochs(7), first_epochs(8)
print(f"seed 7: {once}\nseed 7: {again}\nseed 8: {other}")
# pt: f"semente 7: {once}\nsemente 7: {again}\nsemente 8: {other}"
# %% tags=["nbval-check-output"]
print(once == again, once == other)
# %% [markdown] lang="en"
# Equal to the last digit, not merely close; another seed gives other digits. Two limits to remember: another processor,
# another number of threads or a GPU may round differently, and **a fixed seed hides the spread**. That is why our tables
# report the mean ± standard deviation over {{ F1_loss.n }} seeds: {{ F1_loss.mean }} ± {{ F1_loss.sd }} for the simple autoencoder.
#
# ## 4. The sparse autoencoder: a code that is mostly silent
#
# A second way to make life hard for an autoencoder is to charge for the code itself:
#
# $$\text{cost} = L(x, \hat x) + \lambda \sum_i |z_i| \quad\text{(L1)} \qquad\text{or}\qquad L(x, \hat x) + \lambda \sum_i z_i^2 \quad\text{(L2)}.$$
#
# Why would one bring zeros and the other not? Strip the problem to one number: a code would like to be $a$, and pays for
# being $z$: minimise $\frac{1}{2}(z-a)^2$ plus the penalty. **Predict:** for small $a$, which penalty gives exactly zero?
# %% [markdown] lang="pt-BR"
# Iguais até o último dígito, não apenas próximos; outra semente dá outros dígitos. Dois limites: outro processador,
# outro número de linhas de execução ou uma GPU podem arredondar de outro jeito, e **uma semente fixa esconde a dispersão**. Por isso nossas
# tabelas trazem a média ± desvio padrão de {{ F1_loss.n }} sementes: {{ F1_loss.mean }} ± {{ F1_loss.sd }} no autoencoder simples.
#
# ## 4. O autoencoder esparso: um código quase todo em silêncio
#
# Um segundo jeito de dificultar a vida do autoencoder é cobrar pelo próprio código:
#
# $$\text{custo} = L(x, \hat x) + \lambda \sum_i |z_i| \quad\text{(L1)} \qquad\text{ou}\qquad L(x, \hat x) + \lambda \sum_i z_i^2 \quad\text{(L2)}.$$
#
# Por que um traria zeros e o outro não? Reduza o problema a um número: um código gostaria de valer $a$ e paga
# para valer $z$: minimize $\frac{1}{2}(z-a)^2$ mais a penalidade. **Arrisque:** para $a$ pequeno, qual penalidade dá exatamente zero?
# %%
a = np.linspace(0, 2, 201)
z = np.linspace(0, 2, 2001)[:, None]
best_l1 = z[np.argmin(0.5 * (z - a) ** 2 + 0.5 * np.abs(z), axis=0), 0]
best_l2 = z[np.argmin(0.5 * (z - a) ** 2 + 0.5 * z**2, axis=0), 0]

fig, ax = plt.subplots(figsize=(8, 4.5))
ax.plot(a, a, ":", color="0.5", label="no penalty")
ax.plot(a, best_l1, label=r"L1, $\lambda = 0.5$")
ax.plot(a, best_l2, "--", label=r"L2, $\lambda = 0.5$")
ax.set(xlabel="value the code would like, a", ylabel="value it takes, z")
# pt: "valor que o código gostaria, a", "valor que ele assume, z"
ax.legend(frameon=False)
plot.show(fig, alt="L1 stays at zero up to 0.5, then runs parallel; L2 is a straight line through zero.")
# pt: "L1 fica em zero até 0,5 e depois segue paralela; L2 é uma reta pela origem."
# %% [markdown] lang="en"
# L1 pulls with the **same force** $\lambda$ however small $z$ is: whoever is worth less than $\lambda$ ends at exactly
# zero. The force of L2 is $2\lambda z$: it fades on the way, so everything shrinks and nothing arrives.
#
# Now the same network with an L1 penalty of `0.0001` on the code, and a third one with L2, to compare. Keras divides the
# penalty by the number of images in a batch, as the formula per image above wants; versions before `3.14` forgot to, and there
# the same line would be 256 times as strict. (The environment check asks for a version that divides.)
# %% [markdown] lang="pt-BR"
# A L1 puxa com a **mesma força** $\lambda$ por menor que seja $z$: quem vale menos que $\lambda$ termina exatamente em
# zero. A força da L2 é $2\lambda z$: enfraquece no caminho, então tudo encolhe e nada chega lá.
#
# Agora a mesma rede com uma penalidade L1 de `0,0001` sobre o código, e uma terceira com L2, para comparar. O Keras divide a
# penalidade pelo número de imagens do lote, como pede a fórmula por imagem acima; versões anteriores à `3.14` se esqueciam disso, e
# nelas a mesma linha seria 256 vezes mais severa. (A verificação do ambiente exige uma versão que divide.)
# %%
epochs = settings.pick(quick=8, class_=10, full=50)
sparse = {}
for name, penalty in {"L1": keras.regularizers.L1(1e-4), "L2": keras.regularizers.L2(1e-4)}.items():
    keras.utils.set_random_seed(settings.seed())
    sparse[name] = build_simple(penalty=penalty)
    train(sparse[name][2], epochs, peak=2.5e-2)
# %%
codes_l1, codes_l2 = predict(sparse["L1"][0], x_test), predict(sparse["L2"][0], x_test)
claims.check(
    mnist.source,
    F2_loss=test_loss(sparse["L1"][2]),
    F2_code_mean=codes_l1[0].mean(),
    F2_zeros=(codes_l1[0] == 0).sum(),
)
# %% [markdown] lang="en"
# The code has become small ({{ F2_code_mean }} instead of {{ F1_code_mean }} on average) and some of its numbers are exactly zero, while
# the loss rose from {{ F1_loss }} to {{ F2_loss }}, part of which is the penalty itself. The same digit in both codes:
# %% [markdown] lang="pt-BR"
# O código ficou pequeno ({{ F2_code_mean }} em média, em vez de {{ F1_code_mean }}) e alguns dos seus números são exatamente zero, enquanto
# o custo subiu de {{ F1_loss }} para {{ F2_loss }}, e parte disso é a própria penalidade. O mesmo dígito nos dois códigos:
# %%
fig, axes = plt.subplots(2, 1, figsize=(10, 5), sharex=True)
axes[0].bar(range(32), codes[0], color=plot.BLUE)
axes[1].bar(range(32), codes_l1[0], color=plot.RED)
axes[0].set(ylabel="simple")
axes[1].set(ylabel="sparse, L1", xlabel="code unit")
plot.show(fig, alt="Codes of test image 0 as bars: large values above, small ones and zeros below.")
# pt: "Códigos da imagem de teste 0 em barras: valores altos acima, baixos e zeros abaixo."
# %%
fig, ax = plt.subplots(figsize=(10, 4.5))
bins = np.linspace(0, 25, 101)
ax.hist(codes.ravel(), bins, histtype="step", linewidth=2.5, label="no penalty")
ax.hist(codes_l1.ravel(), bins, histtype="step", linewidth=2.5, label="L1")
ax.hist(codes_l2.ravel(), bins, histtype="step", linewidth=2.5, linestyle="--", label="L2")
ax.set(xlabel="value of a code unit", ylabel="count (log scale)", yscale="log")
# pt: "valor de uma unidade do código", "contagem (escala log)"
ax.legend(frameon=False)
plot.show(fig, alt="Without penalty values reach beyond 20; L1 moves them towards zero; L2 cuts the tail.")
# pt: "Sem penalidade os valores passam de 20; L1 os leva para perto do zero; L2 corta a cauda."
# %% [markdown] lang="en"
# L2 fears large values most: its tail is the shortest. But look at the first bin: L2 has zeros too! Does that contradict what we
# just derived? **Count before you judge**, and also with a penalty ten times stronger.
# %% [markdown] lang="pt-BR"
# A L2 teme sobretudo os valores grandes: sua cauda é a mais curta. Mas veja a primeira barra: a L2 também tem zeros! Isso contradiz o
# que acabamos de deduzir? **Conte antes de julgar**, e também com uma penalidade dez vezes mais forte.
# %%
strong = {"L1": keras.regularizers.L1(1e-3), "L2": keras.regularizers.L2(1e-3)}
all_codes = {"–": codes, "L1 1e-4": codes_l1, "L2 1e-4": codes_l2}
for name, penalty in strong.items():
    keras.utils.set_random_seed(settings.seed())
    strong_encoder, _, strong_autoencoder = build_simple(penalty=penalty)
    train(strong_autoencoder, epochs, peak=2.5e-2)
    all_codes[f"{name} 1e-3"] = predict(strong_encoder, x_test)
# %%
zeros = {name: float((z == 0).mean()) for name, z in all_codes.items()}
off = {name: int((z.max(axis=0) == 0).sum()) for name, z in all_codes.items()}
rows = [(name, text.number(zeros[name], ".1%"), str(off[name])) for name in all_codes]
text.table(("penalty", "zeros in the codes", "units always zero (of 32)"), rows, "Test images")
# pt: "penalidade", "zeros nos códigos", "unidades sempre nulas (de 32)"
claims.check(
    mnist.source,
    zeros_l1=zeros["L1 1e-4"],
    zeros_l2=zeros["L2 1e-4"],
    off_l1=off["L1 1e-3"],
    off_l2=off["L2 1e-3"],
)


# %% [markdown] lang="en"
# The relu explains it. **A relu makes exact zeros all by itself**, whenever its input is negative, whatever the penalty: at `0.0001` both
# penalties have about as many ({{ zeros_l1 }} and {{ zeros_l2 }}). The constant pull of L1 shows in the last column:
# tenfold, it switches *whole units* off, those that earn less than they cost: {{ off_l1.min }} to {{ off_l1.max }} of 32 over our
# {{ off_l1.n }} seeds, against {{ off_l2.min }} to {{ off_l2.max }} with L2, where the price of a unit shrinks with the unit. That is the
# sparsity L1 is loved for: it decides how many units the code needs. (The range is wide: chance decides which units go.)
#
# {{ F2_zeros }} zeros in one code of 32 is a modest silence, like the {{ F2_zeros.source }} of the source; the penalty sets how much.
# %% [markdown] lang="pt-BR"
# Quem explica é a relu. **Uma relu cria zeros exatos sozinha**, sempre que sua entrada é negativa, seja qual for a penalidade: com `0,0001`
# as duas têm quase a mesma quantidade ({{ zeros_l1 }} e {{ zeros_l2 }}). A força constante da L1 aparece na última coluna:
# dez vezes maior, ela desliga *unidades inteiras*, as que rendem menos do que custam: de {{ off_l1.min }} a {{ off_l1.max }} de 32 nas nossas
# {{ off_l1.n }} sementes, contra {{ off_l2.min }} a {{ off_l2.max }} com a L2, em que o preço da unidade encolhe com ela. É por essa
# esparsidade que se gosta da L1: ela decide de quantas unidades o código precisa. (A variação é grande: o acaso decide quais unidades saem.)
#
# {{ F2_zeros }} zeros num código de 32 é um silêncio modesto, como os {{ F2_zeros.source }} da fonte; a penalidade regula quanto.
# %% [markdown] lang="en"
# ## 5. The deep autoencoder
#
# The same 32 numbers, but more layers on each side: 784 → 128 → 64 → **32** → 64 → 128 → 784. The code is no longer a
# weighted sum of pixels passed through a relu; it can describe bends, loops and crossings.
# %% [markdown] lang="pt-BR"
# ## 5. O autoencoder profundo
#
# Os mesmos 32 números, mas com mais camadas de cada lado: 784 → 128 → 64 → **32** → 64 → 128 → 784. O código deixa de ser
# uma soma ponderada de pixels que passa por uma relu; pode descrever curvas, laços e cruzamentos.
# %%
def build_deep(widths, penalty=None, code_activation="relu"):
    """Encoder, decoder and autoencoder; `widths` ends with the size of the code."""
    # pt: """Codificador, decodificador e autoencoder; `widths` termina no tamanho do código."""
    *hidden, code_size = widths
    encoder = keras.Sequential([keras.Input((784,))], name="encoder")
    for width in hidden:
        encoder.add(layers.Dense(width, "relu"))
    encoder.add(layers.Dense(code_size, code_activation, activity_regularizer=penalty, name="code"))
    decoder = keras.Sequential([keras.Input((code_size,))], name="decoder")
    for width in reversed(hidden):
        decoder.add(layers.Dense(width, "relu"))
    decoder.add(layers.Dense(784, "sigmoid", name="x_hat"))
    return encoder, decoder, keras.Sequential([encoder, decoder], name="autoencoder")


keras.utils.set_random_seed(settings.seed())
deep_encoder, deep_decoder, deep = build_deep([128, 64, 32])
# %%
plot.architecture(
    [deep_encoder, deep_decoder],
    title="deep autoencoder",  # pt: "autoencoder profundo"
    alt="Bars for the layers: 784, 128, 64, a code of 32, 64, 128, 784.",
    # pt: "Barras para as camadas: 784, 128, 64, código de 32, 64, 128, 784."
)
# %%
epochs = settings.pick(quick=8, class_=45, full=100)
history_deep = train(deep, epochs, peak=3e-3)
deep_codes = predict(deep_encoder, x_test)
claims.check(
    mnist.source,
    F3_loss=test_loss(deep),
    F3_params=deep.count_params(),
    F3_code_mean=deep_codes[0].mean(),
    F3_dead=(deep_codes.max(axis=0) == 0).sum(),
)
# %%
plot.history(
    {"simple": history_simple, "deep": history_deep},
    ylabel="binary cross-entropy",
    alt="The deep autoencoder starts higher, needs more epochs and ends lower.",
    # pt: "O autoencoder profundo começa mais alto, pede mais épocas e termina mais baixo."
)


# %% [markdown] lang="en"
# From {{ F1_loss }} to {{ F3_loss }}. That looks like little until you subtract the floor of {{ floor }}. The last row
# of the table counts **dead units**: code units that are zero for *every* test image. Relu gives a unit whose input is always
# negative no gradient, so it never comes back; the deep network has {{ F3_dead }} of 32 of them and does its work with the rest.
#
# All rivals in one table. A code number is a float32, so 32 of them take 128 bytes; the image has 784 bytes.
# %% [markdown] lang="pt-BR"
# De {{ F1_loss }} para {{ F3_loss }}. Parece pouco até se descontar o piso de {{ floor }}. A última linha da tabela conta as
# **unidades mortas**: unidades do código que valem zero em *todas* as imagens de teste. A relu não dá gradiente a quem tem a entrada sempre
# negativa, e a unidade nunca volta; a rede profunda tem {{ F3_dead }} delas entre 32 e se vira com o resto.
#
# Todos os rivais numa tabela. Um número do código é um float32: 32 deles ocupam 128 bytes; a imagem, 784 bytes.
# %%
def row(name, x_hat, numbers, parameters):
    """One line of the comparison: squared error, bytes of a code, parameters."""
    # pt: """Uma linha da comparação: erro quadrático, bytes do código, parâmetros."""
    error = text.number(mse(x_test, x_hat), ".4f")
    return name, error, str(4 * numbers), text.number(parameters, ",d")


rows = [
    row("mean image", mean_image, 0, 784),  # pt: "imagem média"
    row("PCA", x_pca, 32, 784 * 33),
    row("simple", x_hat, 32, autoencoder.count_params()),
    row("sparse, L1", predict(sparse["L1"][2], x_test), 32, autoencoder.count_params()),
    row("deep", predict(deep, x_test), 32, deep.count_params()),
]
text.table(("model", "MSE", "bytes per code", "parameters"), rows, "Test images")
# %% [markdown] lang="en"
# Depth pays here, at more than four times the parameters. Sparsity costs a little error and buys silence in the code.
#
# ## 6. A latent space we can see: 784 → 64 → 16 → 2
#
# Squeeze harder: two numbers for each image. Now every digit is a point in a plane and we can *draw* what the network knows.
# This training also writes a log for **TensorBoard**.
# %% [markdown] lang="pt-BR"
# A profundidade compensa aqui, ao preço de mais de quatro vezes os parâmetros. A esparsidade custa um pouco de erro e compra silêncio no código.
#
# ## 6. Um espaço latente que se pode ver: 784 → 64 → 16 → 2
#
# Apertemos mais: dois números por imagem. Agora cada dígito é um ponto num plano e podemos *desenhar* o que a rede sabe.
# Este treino também grava um registro para o **TensorBoard**.
# %%
work = settings.run_folder()
print(settings.relative(work))
tensorboard_log = keras.callbacks.TensorBoard(work / "logs")

keras.utils.set_random_seed(settings.seed())
encoder_2d, decoder_2d, autoencoder_2d = build_deep([64, 16, 2])
epochs_2d = settings.pick(quick=8, class_=30, full=100)
train(autoencoder_2d, epochs_2d, peak=1e-2, callbacks=[tensorboard_log])
z_2d = predict(encoder_2d, x_test)
claims.check(
    mnist.source,
    F4_loss=test_loss(autoencoder_2d),
    F4_dead=(z_2d.max(axis=0) == 0).sum(),
    pca2_mse=mse(x_test, pca_reconstruction(2)),
    F4_mse=mse(x_test, predict(autoencoder_2d, x_test)),
)
# %%
plot.architecture(
    [encoder_2d, decoder_2d],
    title="autoencoder with a code of two",  # pt: "autoencoder com código de dois números"
    alt="Bars for the layers: 784, 64, 16, a code of 2, 16, 64, 784.",
    # pt: "Barras para as camadas: 784, 64, 16, código de 2, 16, 64, 784."
)
# %%
shown = slice(0, 3000)
plot.latent_scatter(
    {"code of the test images": z_2d[shown]},  # pt: "código das imagens de teste"
    y_test[shown],
    mnist.class_names,
    alt="Points in the plane coloured by digit: rays and lobes, one or two digits to each.",
    # pt: "Pontos no plano coloridos por dígito: raios e lóbulos, um ou dois dígitos em cada."
)
# %% [markdown] lang="en"
# Nobody told the network that digits have names, yet images of the same digit lie together. Colours come from the labels,
# *after* the training. Notice what is missing, too: the cloud has holes, and its scale is arbitrary.
#
# ### When a unit dies
#
# With only two code units, one dead unit is a catastrophe: the plane becomes a line. How often does that threaten? Forty
# networks, untrained, one seed each: what share of the test images makes a code unit zero **at birth**?
# %% [markdown] lang="pt-BR"
# Ninguém contou à rede que dígitos têm nome, e mesmo assim imagens do mesmo dígito ficam juntas. As cores vêm dos rótulos,
# *depois* do treino. Repare também no que falta: a nuvem tem buracos, e sua escala é arbitrária.
#
# ### Quando uma unidade morre
#
# Com só duas unidades no código, uma unidade morta é uma catástrofe: o plano vira uma reta. Quão perto está esse perigo? Quarenta
# redes sem treino, uma semente para cada: que fração das imagens de teste zera uma unidade do código **ao nascer**?
# %%
silent = []
for seed in range(1, 41):
    keras.utils.set_random_seed(seed)
    newborn = build_deep([64, 16, 2])[0]
    silent.append((np.asarray(newborn(x_test[:1000])) == 0).mean(axis=0).max())
bad_seed = 1 + int(np.argmax(np.array(silent) > 0.98))
print(
    f"seeds with a unit zero for over 98 % of the images: {np.sum(np.array(silent) > 0.98)} of 40; first: {bad_seed}"
    # pt: f"sementes com uma unidade nula em mais de 98 % das imagens: {np.sum(np.array(silent) > 0.98)} de 40; a primeira: {bad_seed}"
)
# %% [markdown] lang="en"
# Train a network from such a seed, as it is, and again with one change: **no activation on the code**. A linear unit
# always passes its gradient and cannot die (`"leaky_relu"` is the other usual remedy).
# %% [markdown] lang="pt-BR"
# Treinemos uma rede a partir dessa semente, tal como está, e de novo com uma única mudança: **código sem ativação**. Uma
# unidade linear sempre deixa passar o gradiente e não morre (`"leaky_relu"` é o outro remédio usual).
# %%
epochs = settings.pick(quick=8, class_=10, full=30)
rescue = {}
for activation in ("relu", "linear"):
    keras.utils.set_random_seed(bad_seed)
    rescue[activation] = build_deep([64, 16, 2], code_activation=activation)
    train(rescue[activation][2], epochs, peak=4e-3)
claims.check(
    mnist.source,
    bad_seed_relu_loss=test_loss(rescue["relu"][2]),
    bad_seed_linear_loss=test_loss(rescue["linear"][2]),
)
# %%
plot.latent_scatter(
    {
        "relu code": predict(rescue["relu"][0], x_test[shown]),  # pt: "código com relu"
        "linear code": predict(rescue["linear"][0], x_test[shown]),  # pt: "código linear"
    },
    y_test[shown],
    mnist.class_names,
    alt="Left, all codes lie on one axis: a unit is dead. Right, they fill the plane.",
    # pt: "À esquerda, todos os códigos num só eixo: uma unidade morreu. À direita, ocupam o plano."
)
# %% [markdown] lang="en"
# Same seed, same epochs: {{ bad_seed_relu_loss }} with one dead unit, {{ bad_seed_linear_loss }} without relu. Over our {{ F4_loss.n }}
# seeds the loss of this section's model ranges from {{ F4_loss.min }} to {{ F4_loss.max }}: the large values are the runs in which a unit died.
# If your two-dimensional code looks like a line, **try another seed or drop the relu**.
#
# ### TensorBoard
#
# The callback has written the curves into a folder. Set `OPEN_TENSORBOARD = True` and run the cell: the page opens below it,
# in Jupyter and in Colab. From a terminal: `tensorboard --logdir` and the folder. In Colab, `%load_ext tensorboard`
# and `%tensorboard --logdir` do the same. Look at *Time series*: `epoch_loss` holds training and validation.
# %% [markdown] lang="pt-BR"
# Mesma semente, mesmas épocas: {{ bad_seed_relu_loss }} com uma unidade morta, {{ bad_seed_linear_loss }} sem a relu. Nas nossas {{ F4_loss.n }}
# sementes, o custo do modelo desta seção vai de {{ F4_loss.min }} a {{ F4_loss.max }}: os valores altos são execuções em que uma unidade morreu.
# Se o seu código bidimensional parece uma reta, **tente outra semente ou tire a relu**.
#
# ### TensorBoard
#
# O callback gravou as curvas numa pasta. Ponha `OPEN_TENSORBOARD = True` e execute a célula: a página abre logo abaixo, no
# Jupyter e no Colab. Num terminal: `tensorboard --logdir` e a pasta. No Colab, `%load_ext tensorboard` e
# `%tensorboard --logdir` fazem o mesmo. Veja *Time series*: `epoch_loss` traz treino e validação.
# %%
OPEN_TENSORBOARD = False
if OPEN_TENSORBOARD:
    import shlex

    from tensorboard import notebook

    notebook.start(f"--logdir {shlex.quote(str(work / 'logs'))}")
    # pt: f"--logdir {shlex.quote(str(work / 'logs'))}"
# %% [markdown] lang="en"
# ## 7. The manifold: a map of all the digits the decoder can draw
#
# Codes of section 6 wander up to {{ F4_code_max }}: where should we look? An L2 penalty of `0.0001` on the code pulls them
# towards the origin, so that a small square holds most of them. Same network, one term more in the cost.
# %% [markdown] lang="pt-BR"
# ## 7. A variedade: um mapa de todos os dígitos que o decodificador sabe desenhar
#
# Os códigos da seção 6 chegam a {{ F4_code_max }}: onde procurar? Uma penalidade L2 de `0,0001` sobre o código os puxa para
# perto da origem, e um quadrado pequeno contém quase todos. A mesma rede, um termo a mais no custo.
# %%
keras.utils.set_random_seed(settings.seed())
encoder_l2, decoder_l2, autoencoder_l2 = build_deep([64, 16, 2], penalty=keras.regularizers.L2(1e-4))
train(autoencoder_l2, epochs_2d, peak=5e-3)
z_l2 = predict(encoder_l2, x_test)
claims.check(
    mnist.source,
    F5_loss=test_loss(autoencoder_l2),
    F4_code_max=z_2d.max(),
    F5_code_max=z_l2.max(),
)
# %% [markdown] lang="en"
# Now the map. We lay 15 × 15 points over the square from 0 to 4 and decode **all 225 in one call**. (A loop that calls
# `predict` once for each point draws the same picture a hundred times slower: each call sets up a whole pipeline.)
# %% [markdown] lang="pt-BR"
# Agora o mapa. Pomos 15 × 15 pontos sobre o quadrado de 0 a 4 e decodificamos **todos os 225 numa só chamada**. (Um laço que
# chama `predict` ponto por ponto desenha a mesma figura cem vezes mais devagar: cada chamada monta toda uma fila de dados.)
# %%
steps = np.linspace(0, 4, 15, dtype="float32")
z1, z2 = np.meshgrid(steps, steps[::-1])
points = np.stack([z1.ravel(), z2.ravel()], axis=1)
drawn = decoder_l2.predict_on_batch(points).reshape(15, 15, 28, 28)
plot.manifold(
    drawn,
    low=0,
    high=4,
    title="digits decoded over the latent plane",  # pt: "dígitos decodificados sobre o plano latente"
    alt="Fifteen by fifteen digits that change smoothly from one to the next across the plane.",
    # pt: "Quinze por quinze dígitos que se transformam suavemente uns nos outros pelo plano."
)
# %%
plot.latent_scatter(
    {"without penalty": z_2d[shown], "L2 penalty": z_l2[shown]},  # pt: "sem penalidade", "penalidade L2"
    y_test[shown],
    mnist.class_names,
    alt="Left, codes spread over more than a hundred units; right, over about six.",
    # pt: "À esquerda, códigos espalhados por mais de cem unidades; à direita, por cerca de seis."
)
# %% [markdown] lang="en"
# Walk along a row of the map: one digit turns into the next. Every point of the plane decodes to *something*, and
# between two classes the drawing is a hybrid that no one ever wrote. Nothing in our cost asks that
# points between the codes make sense; lesson 08 (variational autoencoders) adds just that.
#
# ### Explore
#
# Move the point and watch the digit. Where are the 1s? Can you walk from a 7 to a 9 without meeting another digit?
# %% [markdown] lang="pt-BR"
# Ande por uma linha do mapa: um dígito vira o seguinte. Todo ponto do plano se decodifica em *alguma coisa* e, entre duas
# classes, o desenho é um híbrido que ninguém jamais escreveu. Nada no nosso custo exige que os pontos entre
# os códigos façam sentido; a aula 08 (autoencoders variacionais) acrescenta justamente isso.
#
# ### Explore
#
# Mova o ponto e observe o dígito. Onde estão os 1? Dá para ir de um 7 a um 9 sem cruzar outro dígito?
# %%
explore.mnist.latent_plane(decoder_l2, z_l2[shown], y_test[shown], mnist.class_names, low=0, high=4)
# %% [markdown] lang="en"
# ## 8. Saving the two halves
#
# The encoder compresses, the decoder draws: in use they often live apart, so we save them apart, in Keras's own
# `.keras` format. `safe_mode=True` refuses files that would run code of their own. The proof is that the loaded halves give the same output.
# %% [markdown] lang="pt-BR"
# ## 8. Salvar as duas metades
#
# O codificador comprime, o decodificador desenha: no uso, muitas vezes vivem separados, por isso os salvamos separados, no formato
# `.keras` do próprio Keras. `safe_mode=True` recusa arquivos que executariam código próprio. A prova é que as metades carregadas dão a mesma saída.
# %% tags=["nbval-check-output"]
encoder_l2.save(work / "encoder.keras")
decoder_l2.save(work / "decoder.keras")

encoder_loaded = keras.models.load_model(work / "encoder.keras", safe_mode=True)
decoder_loaded = keras.models.load_model(work / "decoder.keras", safe_mode=True)
before = predict(decoder_l2, predict(encoder_l2, x_test))
after = predict(decoder_loaded, predict(encoder_loaded, x_test))
print(np.array_equal(before, after))
# %% [markdown] lang="en"
# ## Check yourself
#
# Answer first, then open.
#
# **1.** Your autoencoder's test loss is 0.09. A colleague says "nine per cent error". What do you answer?
#
# <details><summary>Answer</summary>A cross-entropy is not a percentage. It must be read between its floor (grey pixels cost something even when they are perfect) and the loss of the mean image. Both were computed in section 2.</details>
#
# **2.** Why is `fit(x_test, x_test)` wrong although no labels are used?
#
# <details><summary>Answer</summary>The images themselves are the targets. Training on the test images means measuring how well the network repeats what it has seen, not how well it compresses new digits.</details>
#
# **3.** With the same weight, why does L1 create exact zeros and L2 not?
#
# <details><summary>Answer</summary>The pull of L1 is the same however small the value is, so small values are pulled all the way to zero. The pull of L2 is proportional to the value and fades before it arrives. The zeros that remain under L2 come from the relu.</details>
#
# **4.** The codes of your 2-D autoencoder all lie on the vertical axis. What happened, and what do you do?
#
# <details><summary>Answer</summary>The first code unit is dead: its relu receives negative values for every image, so its gradient is zero and it cannot recover. Use another seed, a linear code or leaky relu.</details>
#
# **5.** Two runs with the same seed differ in the fourth decimal. Name two possible causes.
#
# <details><summary>Answer</summary>Another processor or number of threads, a GPU without op determinism, another version of the library, or a data order that has no seed of its own.</details>
# %% [markdown] lang="pt-BR"
# ## Teste-se
#
# Responda primeiro, abra depois.
#
# **1.** O custo de teste do seu autoencoder é 0,09. Um colega diz: "nove por cento de erro". O que você responde?
#
# <details><summary>Resposta</summary>Entropia cruzada não é porcentagem. Ela se lê entre o piso (pixels cinza custam algo mesmo quando perfeitos) e o custo da imagem média. Calculamos os dois na seção 2.</details>
#
# **2.** Por que `fit(x_test, x_test)` está errado, se nenhum rótulo é usado?
#
# <details><summary>Resposta</summary>As próprias imagens são os alvos. Treinar com as de teste mede quão bem a rede repete o que já viu, e não quão bem comprime dígitos novos.</details>
#
# **3.** Com o mesmo peso, por que a L1 cria zeros exatos e a L2 não?
#
# <details><summary>Resposta</summary>A força da L1 é a mesma por menor que seja o valor, e os valores pequenos são puxados até o zero. A da L2 é proporcional ao valor e se apaga antes de chegar. Os zeros que restam com L2 vêm da relu.</details>
#
# **4.** Os códigos do seu autoencoder 2-D estão todos sobre o eixo vertical. O que houve, e o que fazer?
#
# <details><summary>Resposta</summary>A primeira unidade do código está morta: sua relu recebe valores negativos em todas as imagens, o gradiente é nulo e ela não se recupera. Troque a semente, use código linear ou leaky relu.</details>
#
# **5.** Duas execuções com a mesma semente diferem na quarta casa decimal. Cite duas causas possíveis.
#
# <details><summary>Resposta</summary>Outro processador ou número de linhas de execução, uma GPU sem o determinismo das operações, outra versão da biblioteca ou uma ordem dos dados sem semente própria.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# The cell below each exercise checks your answer at once; `check.walk.hint()` (with the name of the check) gives a hint, and a plainer one the next time.
#
# ### Exercise 1: how large must a code be?
#
# Train the simple autoencoder with codes of 4 and of 16 numbers (8 epochs in class, peak `0.015`) and store the test loss of each in
# `loss_by_size`, a dictionary such as `{4: 0.15}`. Where does the curve bend?
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# A célula abaixo de cada exercício verifica a resposta na hora; `check.walk.hint()` (com o nome da verificação) dá uma dica, e uma mais clara na vez seguinte.
#
# ### Exercício 1: de que tamanho precisa ser o código?
#
# Treine o autoencoder simples com códigos de 4 e de 16 números (8 épocas em aula, pico `0,015`) e guarde o custo de teste de cada um em
# `loss_by_size`, um dicionário como `{4: 0.15}`. Onde a curva dobra?
# %% exercise="1" role="answer"
loss_by_size = {}
### BEGIN SOLUTION
for size in (4, 16):
    keras.utils.set_random_seed(settings.seed())
    model = build_simple(code_size=size)[2]
    train(model, settings.pick(quick=8, class_=8, full=50), peak=1.5e-2)
    loss_by_size[size] = test_loss(model)
### END SOLUTION
# %% exercise="1" role="check"
from exercises import mnist as check

check.code_sizes(loss_by_size, test_loss(autoencoder), floor, bce(x_test, mean_image))
# check.code_sizes.hint()
# %% [markdown] lang="en"
# ### Exercise 2: a walk between two digits
#
# The first test image is a 7 in MNIST, the third a 1. Put ten codes on the straight line from the code of the first to that of the third
# (use `encoder_l2`) into `path`, shape (10, 2).
# %% [markdown] lang="pt-BR"
# ### Exercício 2: um passeio entre dois dígitos
#
# No MNIST, a primeira imagem de teste é um 7 e a terceira, um 1. Ponha em `path`, de forma (10, 2), dez códigos sobre a reta
# que vai do código da primeira ao da terceira (use `encoder_l2`).
# %% exercise="2" role="answer"
path = None
### BEGIN SOLUTION
path = np.linspace(z_l2[0], z_l2[2], 10)
### END SOLUTION
# %% exercise="2" role="check"
check.walk(path, z_l2)
# check.walk.hint()
if check.walk.done:
    plot.image_rows(
        {"walk": decoder_l2.predict_on_batch(path).reshape(-1, 28, 28)},  # pt: "passeio"
        alt="Ten images on the way from the first digit to the third.",
        # pt: "Dez imagens no caminho do primeiro ao terceiro dígito."
    )
# %% [markdown] lang="en"
# ### Exercise 3: what is a code worth to somebody who wants the labels?
#
# Classify the test images by their 5 nearest neighbours among the *validation* images: once by the 2-D codes (`encoder_l2`), once by
# the 32 numbers of the deep code (`deep_encoder`). Use scikit-learn's `KNeighborsClassifier` and put the two accuracies
# into `accuracy_2d` and `accuracy_32d`. The labels of the validation images are the last `n_val` of `mnist.y_train`.
# %% [markdown] lang="pt-BR"
# ### Exercício 3: quanto vale um código para quem quer os rótulos?
#
# Classifique as imagens de teste pelos 5 vizinhos mais próximos entre as de *validação*: uma vez pelos códigos 2-D (`encoder_l2`), outra
# pelos 32 números do código profundo (`deep_encoder`). Use `KNeighborsClassifier`, do scikit-learn, e ponha as duas acurácias
# em `accuracy_2d` e `accuracy_32d`. Os rótulos das imagens de validação são os últimos `n_val` de `mnist.y_train`.
# %% exercise="3" role="answer"
accuracy_2d = accuracy_32d = None
### BEGIN SOLUTION
from sklearn.neighbors import KNeighborsClassifier


def neighbour_accuracy(encoder):
    """Accuracy on the test images of 5 nearest neighbours in the code."""
    # pt: """Acurácia, nas imagens de teste, dos 5 vizinhos mais próximos no código."""
    knn = KNeighborsClassifier(5).fit(predict(encoder, x_val), mnist.y_train[-n_val:])
    return knn.score(predict(encoder, x_test), y_test)


accuracy_2d, accuracy_32d = neighbour_accuracy(encoder_l2), neighbour_accuracy(deep_encoder)
### END SOLUTION
# %% exercise="3" role="check"
held = (x_val, mnist.y_train[-n_val:])
check.neighbours(accuracy_2d, accuracy_32d, encoder_l2, deep_encoder, held, (x_test, y_test))
# check.neighbours.hint()
if check.neighbours.done:
    print(f"2-D: {accuracy_2d:.3f}   32-D: {accuracy_32d:.3f}")
# %% [markdown] lang="en"
# ## Summary
#
# - An autoencoder is an encoder and a decoder trained together to give back the input through a bottleneck; it needs no labels.
# - A reconstruction loss means something only between its floor and a baseline, and beside its spread over seeds.
# - At 32 numbers the simple network beats PCA on new digits; depth lowers the error further; L1 buys a sparse code for a little error.
# - Two numbers are enough for a map of the digits; a relu code may lose a unit, a linear one cannot.
# - Encoder and decoder are two models: train together, save apart.
#
# ## References
#
# - G. E. Hinton, R. R. Salakhutdinov, *Reducing the dimensionality of data with neural networks*, Science 313, 2006.
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, MIT Press, 2016, chapter 14.
# - Y. LeCun, C. Cortes, C. J. C. Burges, *The MNIST database of handwritten digits*, 1998.
# - D. P. Kingma, J. Ba, *Adam: a method for stochastic optimization*, ICLR 2015.
#
# Next: lesson 03, the same on clothes, as homework. Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - Um autoencoder é um codificador e um decodificador treinados juntos para devolver a entrada através de um gargalo; não precisa de rótulos.
# - Um custo de reconstrução só diz algo entre o seu piso e uma referência, e ao lado da sua dispersão entre sementes.
# - Com 32 números, a rede simples vence a PCA em dígitos novos; a profundidade reduz mais o erro; a L1 compra um código esparso por um pouco de erro.
# - Dois números bastam para um mapa dos dígitos; um código com relu pode perder uma unidade, um linear não.
# - Codificador e decodificador são dois modelos: treinam juntos, salvam-se separados.
#
# ## Referências
#
# - G. E. Hinton, R. R. Salakhutdinov, *Reducing the dimensionality of data with neural networks*, Science 313, 2006.
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, MIT Press, 2016, capítulo 14.
# - Y. LeCun, C. Cortes, C. J. C. Burges, *The MNIST database of handwritten digits*, 1998.
# - D. P. Kingma, J. Ba, *Adam: a method for stochastic optimization*, ICLR 2015.
#
# A seguir: a aula 03, o mesmo com roupas, como lição de casa. Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
