# %% [markdown] lang="en"
# # Autoencoders on MNIST: simple, sparse, deep and two-dimensional
#
# [Open in Colab]({{ colab }}) · Lesson 02 · reading: {{ reading_minutes }} min · running: {{ minutes.class }} min
# (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# A handwritten digit has 784 pixels. How many numbers does it take to draw it again: 32? Two? And what does a network learn about digits if
# it never sees a label?
#
# **After this lesson you can**
#
# - build an autoencoder in Keras, count its parameters by hand, and train it without labels;
# - evaluate a reconstruction loss against its floor, against a baseline, and against its spread over seeds;
# - add an L1 or L2 penalty to a code, and explain when the code becomes sparse;
# - draw the latent space of a network with two code units, explore it, and recognise a dead unit;
# - save the encoder and the decoder and load them again.
#
# **Prerequisites:** dense layers, activation functions, gradient descent; PCA helps (lesson 01).
#
# **You will need:** a computer with Python {{ python }}, or a free Colab. No GPU, no files of other lessons.
# %% [markdown] lang="pt-BR"
# # Autoencoders no MNIST: simples, esparso, profundo e bidimensional
#
# [Abrir no Colab]({{ colab }}) · Aula 02 · leitura: {{ reading_minutes }} min · execução: {{ minutes.class }} min
# (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# Um dígito manuscrito tem 784 pixels. Quantos números bastam para desenhá-lo de novo: 32? Dois? E o que uma rede aprende sobre dígitos sem
# nunca ver um rótulo?
#
# **Ao final desta aula, você saberá**
#
# - montar um autoencoder em Keras, contar os parâmetros à mão e treiná-lo sem rótulos;
# - avaliar um custo de reconstrução em relação ao piso, a uma linha de base (*baseline*) e à dispersão entre sementes;
# - aplicar uma penalidade L1 ou L2 ao código e explicar quando ele se torna esparso;
# - desenhar o espaço latente de uma rede com duas unidades no código, explorá-lo e reconhecer uma unidade morta;
# - salvar o codificador e o decodificador e carregá-los de novo.
#
# **Pré-requisitos:** camadas densas, funções de ativação, descida do gradiente; a PCA ajuda (aula 01).
#
# **Você vai precisar de:** um computador com Python {{ python }}, ou do Colab gratuito. Não é preciso GPU nem arquivos de outras aulas.
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("02_mnist")
# %% [markdown] lang="en"
# If every line of the table says *ok*, go on. Otherwise its last column says what to do. Next come the imports; a pink line about CUDA
# only means that this computer has no GPU.
# %% [markdown] lang="pt-BR"
# Se todas as linhas da tabela dizem *ok*, siga em frente. Se não, a última coluna diz o que fazer. A seguir vêm as importações; uma linha rosa
# sobre CUDA significa apenas que este computador não tem GPU.
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
# ## 1. The data: digits without labels
#
# MNIST contains 70,000 handwritten digits of 28 × 28 grey pixels. An autoencoder learns from the images alone:
# **the target is the input itself**. We use the labels only to colour our plots.
# %% [markdown] lang="pt-BR"
# ## 1. Os dados: dígitos sem rótulos
#
# O MNIST reúne 70.000 dígitos manuscritos de 28 × 28 pixels em tons de cinza. O autoencoder aprende só com as
# imagens: **o alvo é a própria entrada**. Os rótulos servem apenas para colorir os gráficos.
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
# Each image is now a row of 784 numbers between 0 (paper) and 1 (ink). We split the images into three sets:
#
# - **training** images adjust the weights;
# - **validation** images, the last ones of the official training set, guide our choice of hyperparameters, the settings that we choose
#   before training, such as the number of epochs;
# - **test** images evaluate the finished models.
#
# Many tutorials pass the test set as `validation_data`. If you then choose the best epoch by its loss, you have used the test set for training without noticing.
# %% [markdown] lang="pt-BR"
# Cada imagem virou uma linha de 784 números entre 0 (papel) e 1 (tinta). Dividimos as imagens em três conjuntos:
#
# - as de **treino** ajustam os pesos;
# - as de **validação**, as últimas do conjunto oficial de treino, orientam a escolha dos hiperparâmetros, isto é, do que se define antes
#   do treino, como o número de épocas;
# - as de **teste** avaliam os modelos prontos.
#
# Muitos tutoriais passam o conjunto de teste em `validation_data`. Se você depois escolher a melhor época por esse custo, terá usado o teste no treino sem perceber.
# %%
plot.image_rows(
    {"test images": mnist.x_test[:10]},  # pt: "imagens de teste"
    alt="The first ten test images: handwritten digits in dark ink on white.",
    # pt: "As dez primeiras imagens de teste: dígitos manuscritos, escuros sobre branco."
)


# %% [markdown] lang="en"
# ## 2. The simple autoencoder: 784 → 32 → 784
#
# An autoencoder consists of two functions that are trained together:
#
# $$z = f(x) \quad\text{(encoder)}, \qquad \hat{x} = g(z) \quad\text{(decoder)}, \qquad \hat{x} \approx x.$$
#
# The encoder computes the **latent code** $z$; the decoder computes the **reconstruction** $\hat x$ from it. If $z$ were as large as $x$,
# the network could simply copy. Our **latent dimension**, the length of the code, is only 32. With such a bottleneck the network has to use what
# digits have in common.
#
# **Predict before you run:** how many weights and biases does the encoder have? And the decoder?
# %% [markdown] lang="pt-BR"
# ## 2. O autoencoder simples: 784 → 32 → 784
#
# Um autoencoder é formado por duas funções treinadas em conjunto:
#
# $$z = f(x) \quad\text{(codificador)}, \qquad \hat{x} = g(z) \quad\text{(decodificador)}, \qquad \hat{x} \approx x.$$
#
# O codificador calcula o **código latente** $z$; a partir dele, o decodificador calcula a **reconstrução** $\hat x$. Se $z$ fosse do tamanho de $x$,
# a rede poderia simplesmente copiar. Aqui a **dimensão latente**, o tamanho do código, é só 32. Com esse gargalo, a rede precisa aproveitar o que
# os dígitos têm em comum.
#
# **Antes de executar, arrisque:** quantos pesos e vieses tem o codificador? E o decodificador?
# %%
def build_simple(code_size=32, penalty=None, name="autoencoder"):
    """Encoder, decoder and autoencoder with one dense layer each way."""
    # pt: """Codificador, decodificador e autoencoder com uma camada densa em cada sentido."""
    x = keras.Input((784,), name="pixels")
    z = layers.Dense(code_size, "relu", activity_regularizer=penalty, name="code")(x)
    encoder = keras.Model(x, z, name="encoder")
    decoder = keras.Sequential(
        [keras.Input((code_size,)), layers.Dense(784, "sigmoid", name="x_hat")], name="decoder"
    )
    return encoder, decoder, keras.Model(x, decoder(encoder(x)), name=name)


keras.utils.set_random_seed(settings.seed())
encoder, decoder, autoencoder = build_simple(name="simple")
autoencoder.summary()
# %% tags=["nbval-check-output"]
for part in (encoder, decoder, autoencoder):
    print(f"{part.name:12}{part.count_params():>8,}")
# %% [markdown] lang="en"
# By hand: each of the 32 code units has 784 weights and 1 bias, so the encoder has $32 \cdot 785 = 25\,120$ parameters. Each of the 784
# outputs has 32 weights and 1 bias, so the decoder has $784 \cdot 33 = 25\,872$. Together they have 50,992. In the next picture the
# height of a bar is the square root of the number of units.
# %% [markdown] lang="pt-BR"
# À mão: cada uma das 32 unidades do código tem 784 pesos e 1 viés; o codificador tem, portanto, $32 \cdot 785 = 25\,120$ parâmetros. Cada uma das
# 784 saídas tem 32 pesos e 1 viés; o decodificador tem $784 \cdot 33 = 25\,872$. No total, são 50.992. Na próxima figura, a altura
# da barra é a raiz quadrada do número de unidades.
# %%
plot.architecture(
    [encoder, decoder],
    title="simple autoencoder",  # pt: "autoencoder simples"
    alt="Bars for the layers: 784 pixels, a code of 32, 784 outputs.",
    # pt: "Barras para as camadas: 784 pixels, código de 32, 784 saídas."
)


# %% [markdown] lang="en"
# ### The loss and its floor
#
# The sigmoid output is between 0 and 1, so we can read each output as the probability of ink. The usual loss is then the
# **binary cross-entropy**, averaged over pixels and images:
#
# $$L(x, \hat x) = -\,x \log \hat x - (1 - x) \log (1 - \hat x).$$
#
# Is 0.1 a good loss? That depends on the smallest possible value, the **floor**. It is not zero: for a grey pixel
# $x = 0.5$, even the perfect output $\hat x = 0.5$ costs $\log 2$. At the other end of the scale we use a **baseline**, a simple method that a
# model must beat: always predict the mean training image.
# %% [markdown] lang="pt-BR"
# ### A função de custo e seu piso
#
# A saída da sigmoide fica entre 0 e 1; podemos lê-la como a probabilidade de haver tinta em cada pixel. A função de custo usual é, então, a
# **entropia cruzada binária**, média sobre pixels e imagens:
#
# $$L(x, \hat x) = -\,x \log \hat x - (1 - x) \log (1 - \hat x).$$
#
# Um custo de 0,1 é bom? Depende do menor valor possível, o **piso**. Ele não é zero: num pixel cinza, $x = 0{,}5$,
# até a saída perfeita $\hat x = 0{,}5$ custa $\log 2$. Na outra ponta da escala usamos uma **linha de base** (*baseline*), um método simples que o
# modelo precisa superar: prever sempre a imagem média do treino.
# %%
def bce(x, x_hat):
    """Binary cross-entropy, mean over pixels and images."""
    # pt: """Entropia cruzada binária, média sobre pixels e imagens."""
    return float(np.mean(keras.losses.binary_crossentropy(x, x_hat)))


floor = bce(x_test, x_test)
mean_image = np.broadcast_to(x_train.mean(axis=0), x_test.shape)
mean_image_loss = bce(x_test, mean_image)
text.say("perfect reconstruction {:.4f}, mean image {:.4f}", floor, mean_image_loss)
# pt: "reconstrução perfeita {:.4f}, imagem média {:.4f}"
# %% tags=["claims"]
claims.check(mnist.source, floor=floor, mean_image_loss=mean_image_loss)
# %% [markdown] lang="en"
# The useful scale runs from {{ mean_image_loss }} (the mean image) down to {{ floor }} (a perfect reconstruction).
#
# ### Training
#
# Training takes one `compile` and one `fit`. Two settings make it faster and leave the method unchanged:
#
# - `data.batches` cuts whole batches from one tensor. Fetching single images would take longer than the arithmetic of such a small network.
# - `jit_compile` lets the XLA compiler fuse the operations of a step, and `steps_per_execution=40` returns to Python once in 40 steps.
#
# We also use a **learning-rate schedule**: the rate rises to a peak during the first quarter and then falls along a cosine. With it, 8 epochs are
# enough. Profile `full` uses a constant rate of `0.001` and 50 epochs, like the lecture of course PSI3472 that this lesson reproduces.
# %% [markdown] lang="pt-BR"
# A escala útil vai de {{ mean_image_loss }} (imagem média) até {{ floor }} (reconstrução perfeita).
#
# ### Treino
#
# O treino se resume a um `compile` e um `fit`. Dois recursos o aceleram sem mudar o método:
#
# - `data.batches` recorta lotes inteiros de um único tensor. Buscar imagem por imagem levaria mais tempo que as contas de uma rede tão pequena.
# - `jit_compile` deixa o compilador XLA fundir as operações de um passo, e `steps_per_execution=40` só volta ao Python a cada 40 passos.
#
# Usamos também um **cronograma da taxa de aprendizado**: a taxa sobe até um pico durante o primeiro quarto e depois desce por um cosseno. Com ele,
# bastam 8 épocas. O perfil `full` usa a taxa constante `0.001` e 50 épocas, como a aula da disciplina PSI3472 que reproduzimos.
# %%
BATCH = 256 if mnist.source == "real" else 32  # the small sample gives few batches
# pt: a amostra pequena rende poucos lotes
train_tensor, val_tensor = tf.constant(x_train), tf.constant(x_val)  # one copy for all trainings
# pt: uma cópia para todos os treinos
GPU = bool(tf.config.list_physical_devices("GPU"))
# compiling pays off in long trainings
# pt: compilar só compensa em treinos longos
XLA = settings.pick(quick=False, class_=not GPU, full=not GPU)
# True: load the networks that come with the course, which trained for longer.
# pt: True: carrega as redes que acompanham o curso, que treinaram por mais tempo.
PRETRAINED = False


# %%
def train(model, epochs, peak, callbacks=()):
    """Fit `model` to give back its input; `peak` is the highest learning rate."""
    # pt: """Ajusta `model` para devolver a entrada; `peak` é a maior taxa de aprendizado."""
    steps = epochs * (len(train_tensor) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - steps // 4, warmup_target=peak, warmup_steps=steps // 4
    )
    adam = keras.optimizers.Adam(settings.pick(quick=rate, class_=rate, full=1e-3))
    model.compile(adam, "binary_crossentropy", jit_compile=XLA, steps_per_execution=40)
    if PRETRAINED and (history := data.weights.load(model)):
        return history
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
# In the first epochs the training loss is higher because Keras averages it over the epoch, while the network is still improving. Then the
# curves meet. There is no sign of **overfitting**, in which the training loss falls while the validation loss rises. Now we use the test set.
# %% [markdown] lang="pt-BR"
# Nas primeiras épocas, o custo de treino é maior porque o Keras tira a média ao longo da época, enquanto a rede ainda melhora. Depois as curvas
# se encontram. Não há sinal de **sobreajuste** (*overfitting*), em que o custo de treino cai e o de validação sobe. Agora usamos o conjunto de teste.
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
loss_simple = test_loss(autoencoder)
text.say("test loss {:.4f}; mean of the first code {:.2f}", loss_simple, codes[0].mean())
# pt: "custo de teste {:.4f}; média do primeiro código {:.2f}"
with np.printoptions(precision=1, suppress=True):
    print(codes[0])
# %% tags=["claims"]
claims.compare(
    mnist.source,
    F1_loss=loss_simple,
    F1_params=autoencoder.count_params(),
    F1_code_mean=codes[0].mean(),
)
# %% [markdown] lang="en"
# Above are the 32 numbers of one code; the image can be drawn from them. The table compares *your* run with the lecture's value and with the
# mean and standard deviation of our runs with different seeds. The loss, {{ F1_loss }}, agrees with the lecture's {{ F1_loss.source }}.
#
# The mean of one code does not agree ({{ F1_code_mean }} against {{ F1_code_mean.source }}), and it need not. If we double all codes and
# halve the decoder's weights, no output changes. **A loss can be reproduced; the scale of a latent space is arbitrary.**
# %% [markdown] lang="pt-BR"
# Acima estão os 32 números de um código; com eles se desenha a imagem. A tabela compara a *sua* execução com o valor da aula de referência e com a
# média e o desvio padrão das nossas execuções com várias sementes. O custo, {{ F1_loss }}, concorda com o da referência, {{ F1_loss.source }}.
#
# A média de um código não concorda ({{ F1_code_mean }} contra {{ F1_code_mean.source }}), e nem precisa. Se dobrarmos todos os códigos e
# reduzirmos à metade os pesos do decodificador, nenhuma saída muda. **O custo se reproduz; a escala de um espaço latente é arbitrária.**
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
# ### A baseline of the same size: PCA
#
# All ten digits are readable, with softer edges; the eighth, a 9, has grey smudges. Is this good for 32 numbers? The natural baseline is **PCA** with
# 32 components, the *linear* code of this size with the smallest mean squared error (MSE) on the training images. Our network was trained for another
# loss, so comparing squared errors favours PCA.
# %% [markdown] lang="pt-BR"
# ### Uma linha de base do mesmo tamanho: a PCA
#
# Os dez dígitos estão legíveis, com contornos mais suaves; o oitavo, um 9, tem manchas cinzentas. Isso é bom para 32 números? A linha de base natural
# é a **PCA** com 32 componentes, o código *linear* desse tamanho com o menor erro quadrático médio (MSE) nas imagens de treino. Nossa rede foi treinada
# com outra função de custo; comparar erros quadráticos favorece, portanto, a PCA.
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
mse_pca, mse_simple = mse(x_test, x_pca), mse(x_test, x_hat)
mse_clipped = mse(x_test, np.clip(x_pca, 0, 1))
text.say("PCA {:.4f}, clipped {:.4f}; network {:.4f}", mse_pca, mse_clipped, mse_simple)
# pt: "PCA {:.4f}, limitada {:.4f}; rede {:.4f}"
# %% tags=["claims"]
claims.check(mnist.source, pca32_mse=mse_pca, pca32_clipped_mse=mse_clipped, F1_mse=mse_simple)


# %% [markdown] lang="en"
# The autoencoder's error on the test images ({{ F1_mse }}) is well below PCA's ({{ pca32_mse }}); the difference is many times the spread over
# seeds. PCA can produce ink below 0 and above 1, which the sigmoid excludes. Clipping PCA's output to that range lowers its error only to
# {{ pca32_clipped_mse }}, so this is not the whole reason.
#
# ## 3. Reproducibility: the same loss to the last digit
#
# Chance enters a training in three places:
#
# 1. The initial weights: `set_random_seed` fixes them.
# 2. The order of the batches: the `seed` of `data.batches` fixes it.
# 3. The order in which parallel threads add numbers, because floating-point sums depend on it. On a GPU, `enable_op_determinism()` fixes it and makes
#    training slower. On a CPU our layers need no such switch.
#
# We train twice with one seed and once with another.
# %% [markdown] lang="pt-BR"
# O erro do autoencoder nas imagens de teste ({{ F1_mse }}) fica bem abaixo do erro da PCA ({{ pca32_mse }}); a diferença é muitas vezes maior que a
# dispersão entre sementes. A PCA pode produzir tinta abaixo de 0 e acima de 1, o que a sigmoide impede. Limitar a saída da PCA a esse intervalo só baixa o erro
# para {{ pca32_clipped_mse }}; esse, portanto, não é o único motivo.
#
# ## 3. Reprodutibilidade: o mesmo custo até o último dígito
#
# O acaso entra num treino em três lugares:
#
# 1. Nos pesos iniciais: `set_random_seed` os fixa.
# 2. Na ordem dos lotes: o `seed` de `data.batches` a fixa.
# 3. Na ordem em que threads paralelas somam números, pois dela depende o resultado em ponto flutuante. Na GPU, `enable_op_determinism()` fixa essa
#    ordem e deixa o treino mais lento. Na CPU, nossas camadas não precisam disso.
#
# Treinamos duas vezes com uma semente e uma vez com outra.
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
# The first two runs are equal to the last digit; the third differs. But another processor, another number of threads or
# a GPU may round differently. And **a fixed seed hides the spread**: one run does not show how much a result depends on chance. Our
# tables therefore give the mean ± standard deviation over {{ F1_loss.n }} seeds, here {{ F1_loss.mean }} ± {{ F1_loss.sd }}.
#
# ## 4. Sparse codes with an L1 penalty
#
# A bottleneck is one way to restrict an autoencoder. Another is **regularisation**: we add a penalty on the code to the loss.
#
# $$\text{loss} = L(x, \hat x) + \lambda \sum_i |z_i| \quad\text{(L1)} \qquad\text{or}\qquad L(x, \hat x) + \lambda \sum_i z_i^2 \quad\text{(L2)}.$$
#
# The aim of L1 is a **sparse** code: *for each example* most units are zero, and the few active ones describe the image. The penalty acts on the
# *activity* of the units (`activity_regularizer`). An L1 penalty on the *weights* (`kernel_regularizer`) would instead remove connections, the same
# ones for all images.
#
# Why should L1 give zeros and L2 not? Take a single number: without a penalty the code would have the value $a$. With the penalty it has
# the value $z$ that minimises $\frac{1}{2}(z-a)^2$ plus the penalty. **Predict:** for small $a$, which penalty makes $z$ exactly zero? The plot uses $\lambda = 0.5$.
# %% [markdown] lang="pt-BR"
# As duas primeiras execuções são iguais até o último dígito; a terceira é diferente. Mas outro processador, outro número de threads ou
# uma GPU podem arredondar de outro jeito. E **uma semente fixa esconde a dispersão**: uma só execução não mostra quanto o resultado depende do
# acaso. Por isso nossas tabelas trazem a média ± desvio padrão de {{ F1_loss.n }} sementes, aqui {{ F1_loss.mean }} ± {{ F1_loss.sd }}.
#
# ## 4. Códigos esparsos com penalidade L1
#
# O gargalo é uma forma de restringir um autoencoder. Outra é a **regularização**: somar à função de custo uma penalidade sobre o código.
#
# $$\text{custo} = L(x, \hat x) + \lambda \sum_i |z_i| \quad\text{(L1)} \qquad\text{ou}\qquad L(x, \hat x) + \lambda \sum_i z_i^2 \quad\text{(L2)}.$$
#
# O objetivo da L1 é um código **esparso**: *em cada exemplo*, a maioria das unidades vale zero, e as poucas ativas descrevem a imagem. A penalidade age
# sobre a *atividade* das unidades (`activity_regularizer`). Uma penalidade L1 sobre os *pesos* (`kernel_regularizer`) eliminaria conexões, as
# mesmas em todas as imagens.
#
# Por que a L1 daria zeros e a L2 não? Considere um único número: sem penalidade, o código valeria $a$. Com ela, assume o valor $z$
# que minimiza $\frac{1}{2}(z-a)^2$ mais a penalidade. **Arrisque:** para $a$ pequeno, qual penalidade deixa $z$ exatamente em zero? Na figura, $\lambda = 0{,}5$.
# %%
a = np.linspace(0, 2, 201)
z = np.linspace(0, 2, 2001)[:, None]
best_l1 = z[np.argmin(0.5 * (z - a) ** 2 + 0.5 * np.abs(z), axis=0), 0]
best_l2 = z[np.argmin(0.5 * (z - a) ** 2 + 0.5 * z**2, axis=0), 0]

fig, ax = plt.subplots(figsize=(8, 4.5))
ax.plot(a, a, ":", color="0.5", label="no penalty")
ax.plot(a, best_l1, label="L1")
ax.plot(a, best_l2, "--", label="L2")
ax.set(xlabel="value without penalty, a", ylabel="value with penalty, z")
# pt: "valor sem penalidade, a", "valor com penalidade, z"
ax.legend(frameon=False)
plot.show(
    fig,
    alt="L1 is zero up to a = 0.5, then a parallel to the dotted line; L2 is a line of half its slope.",
    # pt: "L1 vale zero até a = 0,5 e depois segue paralela à pontilhada; L2 é uma reta com metade da inclinação."
)
# %% [markdown] lang="en"
# L1 pulls with the **same force** $\lambda$ however small $z$ is, so any value of $a$ below $\lambda$ becomes exactly zero. The force of L2 is
# $2\lambda z$. It fades as $z$ shrinks, so L2 makes all values smaller and none zero.
#
# ### A code of 32 is too short to be sparse
#
# We train the simple network with an L1 penalty of `0.0001` on the code. Keras divides the penalty by the batch size, so that it counts per
# image, as in the formula. Versions `3.0` to `3.13` did not, and the same line was 256 times as strict there.
# %% [markdown] lang="pt-BR"
# A L1 puxa com a **mesma força** $\lambda$ por menor que seja $z$; qualquer $a$ menor que $\lambda$ vira exatamente zero. A força da L2 é
# $2\lambda z$. Ela diminui junto com $z$; por isso a L2 encolhe todos os valores e não zera nenhum.
#
# ### Um código de 32 números é curto demais para ser esparso
#
# Treinamos a rede simples com uma penalidade L1 de `0.0001` sobre o código. O Keras divide a penalidade pelo tamanho do lote; assim ela vale por
# imagem, como na fórmula. As versões de `3.0` a `3.13` não dividiam, e nelas a mesma linha era 256 vezes mais severa.
# %%
keras.utils.set_random_seed(settings.seed())
encoder_l1, _, autoencoder_l1 = build_simple(penalty=keras.regularizers.L1(1e-4), name="sparse")
train(autoencoder_l1, epochs=settings.pick(quick=8, class_=10, full=50), peak=2.5e-2)
# %%
codes_l1 = predict(encoder_l1, x_test)
loss_l1, zeros = test_loss(autoencoder_l1), (codes_l1[0] == 0).sum()
text.say("test loss {:.4f}; first code: mean {:.2f}, {} zeros", loss_l1, codes_l1[0].mean(), zeros)
# pt: "custo de teste {:.4f}; primeiro código: média {:.2f}, {} zeros"
# %% tags=["claims"]
claims.compare(mnist.source, F2_loss=loss_l1, F2_code_mean=codes_l1[0].mean(), F2_zeros=zeros)
# %%
fig, axes = plt.subplots(2, 1, figsize=(10, 5), sharex=True, sharey=True)
axes[0].bar(range(32), codes[0], color=plot.BLUE)
axes[1].bar(range(32), codes_l1[0], color=plot.RED)
axes[0].set(ylabel="simple")
axes[1].set(ylabel="sparse, L1", xlabel="code unit")
plot.show(
    fig,
    alt="Both codes of test image 0 as bars on one scale: with L1 the bars are much shorter, a few are zero.",
)
# pt: "Os dois códigos da imagem de teste 0 em barras, na mesma escala: com L1 as barras são bem menores e algumas são zero."
# %%
fig, ax = plt.subplots(figsize=(10, 4.5))
bins = np.linspace(0, 25, 101)
ax.hist(codes.ravel(), bins, histtype="step", linewidth=2.5, label="no penalty")
ax.hist(codes_l1.ravel(), bins, histtype="step", linewidth=2.5, label="L1")
ax.set(xlabel="value of a code unit", ylabel="count (log scale)", yscale="log")
# pt: "valor de uma unidade do código", "contagem (escala log)"
ax.legend(frameon=False)
plot.show(fig, alt="Two histograms: the values without a penalty reach further than those with L1.")


# pt: "Dois histogramas: sem penalidade, os valores chegam mais longe que com L1."
# %% [markdown] lang="en"
# For this image the mean code value falls from {{ F1_code_mean }} to {{ F2_code_mean }}, and {{ F2_zeros }} of its 32 numbers are zero,
# against {{ F2_zeros.source }} in the lecture. The loss rises from {{ F1_loss }} to {{ F2_loss }}; part of the increase is the penalty itself.
#
# The code became *small*, not sparse. Two likely reasons: with only 32 units there is little to choose from, and the scale of the code is
# arbitrary. The network can lower the penalty by shrinking all codes and enlarging the decoder's weights.
#
# ### An overcomplete code
#
# A sparse code needs many units to choose from. We therefore use an **overcomplete** code, one with more units than the input has pixels: 1,024. Without a
# penalty such a network could copy the image. We compare no penalty, an L2 penalty of `0.001` and an L1 penalty of `0.0003`, and count
# the active units *for each image*.
# %% [markdown] lang="pt-BR"
# Nesta imagem, o valor médio do código cai de {{ F1_code_mean }} para {{ F2_code_mean }}, e {{ F2_zeros }} dos 32 números são zero; na aula de
# referência, {{ F2_zeros.source }}. O custo sobe de {{ F1_loss }} para {{ F2_loss }}; parte do aumento é a própria penalidade.
#
# O código ficou *pequeno*, não esparso. Há dois motivos prováveis: com apenas 32 unidades, há pouco o que escolher, e a escala do código é
# arbitrária. A rede pode reduzir a penalidade encolhendo todos os códigos e aumentando os pesos do decodificador.
#
# ### Um código supercompleto
#
# Um código esparso precisa de muitas unidades disponíveis. Usamos, então, um código **supercompleto**, com mais unidades do que a entrada tem pixels: 1.024.
# Sem penalidade, uma rede dessas poderia copiar a imagem. Comparamos a rede sem penalidade, com L2 de `0.001` e com L1 de `0.0003`, e contamos as
# unidades ativas *em cada imagem*.
# %%
def strongest(encoder, decoder, count=10):
    """Decoder weights of the units that contribute most to test image 0, each in [0, 1]."""
    # pt: """Pesos do decodificador das unidades que mais contribuem para a imagem 0, em [0, 1]."""
    weights = decoder.layers[-1].kernel.numpy()
    strength = predict(encoder, x_test[:1])[0] * np.linalg.norm(weights, axis=1)
    chosen = weights[np.argsort(-strength)[:count]]
    return 0.5 + 0.5 * (chosen / np.abs(chosen).max(axis=1, keepdims=True)).reshape(-1, 28, 28)


active, errors, features = {}, {}, {}
for name, penalty in {
    "no penalty": None,
    "L2": keras.regularizers.L2(1e-3),
    "L1": keras.regularizers.L1(3e-4),
}.items():
    keras.utils.set_random_seed(settings.seed())
    wide_encoder, wide_decoder, wide = build_simple(1024, penalty)
    train(wide, epochs=settings.pick(quick=8, class_=2, full=20), peak=3e-3)
    active[name] = (predict(wide_encoder, x_test) > 0).sum(axis=1)
    errors[name] = mse(x_test, predict(wide, x_test))
    features[name] = strongest(wide_encoder, wide_decoder)
# %%
rows = [
    (name, text.number(n.mean(), ".0f"), text.number(n.std(), ".0f"), text.number(errors[name], ".4f"))
    for name, n in active.items()
]
text.table(("penalty", "active units per image", "standard deviation", "MSE"), rows, "Test images")
# pt: "penalidade", "unidades ativas por imagem", "desvio padrão"
# %% tags=["claims"]
claims.check(
    mnist.source,
    active_l2=active["L2"].mean(),
    active_l1=active["L1"].mean(),
    wide_mse_l2=errors["L2"],
    wide_mse_l1=errors["L1"],
)
# %%
plot.image_rows(
    features,
    cmap="PuOr_r",
    alt="Decoder weights of ten units of each network: noisy without penalty, strokes and parts of digits with L2 and L1.",
    # pt: "Pesos do decodificador de dez unidades de cada rede: ruidosos sem penalidade, traços e pedaços de dígitos com L2 e L1."
)


# %% [markdown] lang="en"
# At errors of similar size ({{ wide_mse_l1 }} with L1, {{ wide_mse_l2 }} with L2), an image uses {{ active_l1 }} of the 1,024 units with L1 and
# {{ active_l2 }} with L2. The L1 code is by far the sparser one. L2 has zeros too, because **a relu makes exact zeros on its own** whenever its input is
# negative.
#
# The picture shows the learned features: the decoder weights of the ten units that contribute most to test image 0, a 7. Orange adds ink,
# purple removes it. Without a penalty the features are noisy and spread over the image. With a penalty they resemble strokes and parts of digits. A sparse
# code writes each digit as a sum of a few such features.
# %% [markdown] lang="pt-BR"
# Com erros de tamanho parecido ({{ wide_mse_l1 }} com L1, {{ wide_mse_l2 }} com L2), uma imagem usa {{ active_l1 }} das 1.024 unidades com a L1 e
# {{ active_l2 }} com a L2. O código com L1 é de longe o mais esparso. Com a L2 também há zeros, porque **a relu sozinha já cria zeros exatos** sempre que sua entrada
# é negativa.
#
# A figura mostra os atributos aprendidos: os pesos do decodificador das dez unidades que mais contribuem para a imagem de teste 0, um 7. O laranja
# acrescenta tinta; o roxo retira. Sem penalidade, os atributos são ruidosos e se espalham pela imagem. Com penalidade, parecem traços e pedaços de
# dígitos. Um código esparso escreve cada dígito como a soma de poucos atributos desses.
# %% [markdown] lang="en"
# ## 5. The deep autoencoder
#
# The latent dimension stays at 32, but each side gets more layers: 784 → 128 → 64 → **32** → 64 → 128 → 784. A code number is no longer just a
# weighted sum of pixels followed by a relu.
# %% [markdown] lang="pt-BR"
# ## 5. O autoencoder profundo
#
# A dimensão latente continua em 32, mas cada lado ganha camadas: 784 → 128 → 64 → **32** → 64 → 128 → 784. Um número do código já não é
# apenas uma soma ponderada de pixels seguida de uma relu.
# %%
def build_deep(widths, penalty=None, activation="relu", bias="zeros", name="autoencoder"):
    """Encoder, decoder and autoencoder; `widths` ends with the size of the code."""
    # pt: """Codificador, decodificador e autoencoder; `widths` termina no tamanho do código."""
    *hidden, code_size = widths
    encoder = keras.Sequential([keras.Input((784,))], name="encoder")
    for width in hidden:
        encoder.add(layers.Dense(width, "relu"))
    encoder.add(
        layers.Dense(code_size, activation, bias_initializer=bias, activity_regularizer=penalty, name="code")
    )
    decoder = keras.Sequential([keras.Input((code_size,))], name="decoder")
    for width in reversed(hidden):
        decoder.add(layers.Dense(width, "relu"))
    decoder.add(layers.Dense(784, "sigmoid", name="x_hat"))
    return encoder, decoder, keras.Sequential([encoder, decoder], name=name)


keras.utils.set_random_seed(settings.seed())
deep_encoder, deep_decoder, deep = build_deep([128, 64, 32], name="deep")
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
loss_deep, dead = test_loss(deep), (deep_codes.max(axis=0) == 0).sum()
text.say("test loss {:.4f}; {} dead units", loss_deep, dead)
# pt: "custo de teste {:.4f}; {} unidades mortas"
# %% tags=["claims"]
claims.compare(
    mnist.source,
    F3_loss=loss_deep,
    F3_params=deep.count_params(),
    F3_code_mean=deep_codes[0].mean(),
    F3_dead=dead,
)
# %%
plot.history(
    {"simple": history_simple, "deep": history_deep},
    ylabel="binary cross-entropy",
    alt="The deep autoencoder starts higher, needs more epochs and ends lower.",
    # pt: "O autoencoder profundo começa mais alto, pede mais épocas e termina mais baixo."
)


# %% [markdown] lang="en"
# The test loss falls from {{ F1_loss }} to {{ F3_loss }}. The floor is {{ floor }}, so the distance to it shrinks by about a quarter. The deep network
# also trains for 45 epochs instead of 8, but this is not the whole explanation: the lecture reports {{ F1_loss.source }}
# for the simple network after 50 epochs, and {{ F3_loss.source }} for the deep one after 100.
#
# In this run {{ F3_dead }} of the 32 code units are **dead units**, which are zero for *every* image. When the input of a relu is negative for every image, its gradient is
# zero, and the unit's own weights no longer change. The network works with the remaining units.
#
# The next table compares the models. A code number is a float32 of 4 bytes, so 32 numbers take 128 bytes; the image takes 784.
# %% [markdown] lang="pt-BR"
# O custo de teste cai de {{ F1_loss }} para {{ F3_loss }}. O piso é {{ floor }}; a distância até ele diminui, portanto, cerca de um quarto. A rede
# profunda também treina por 45 épocas em vez de 8, mas isso não explica tudo: na aula de referência, a rede simples chega a
# {{ F1_loss.source }} em 50 épocas, e a profunda, a {{ F3_loss.source }} em 100.
#
# Nesta execução, {{ F3_dead }} das 32 unidades do código são **unidades mortas**, que valem zero em *todas* as imagens. Quando a entrada de uma relu é negativa em todas as imagens, o
# gradiente é nulo, e os pesos da própria unidade não mudam mais. A rede trabalha com as unidades restantes.
#
# A próxima tabela compara os modelos. Um número do código é um float32 de 4 bytes: 32 números ocupam 128 bytes; a imagem ocupa 784.
# %%
def row(name, x_hat, numbers, parameters):
    """One line of the comparison: squared error, bytes of a code, parameters."""
    # pt: """Uma linha da comparação: erro quadrático, bytes do código, parâmetros."""
    error = text.number(mse(x_test, x_hat), ".4f")
    return name, error, str(4 * numbers), text.number(parameters, ",d")


x_l1, x_deep = predict(autoencoder_l1, x_test), predict(deep, x_test)
rows = [
    row("mean image", mean_image, 0, 784),  # pt: "imagem média"
    row("PCA", x_pca, 32, 784 * 33),
    row("simple", x_hat, 32, autoencoder.count_params()),
    row("L1", x_l1, 32, autoencoder_l1.count_params()),
    row("deep", x_deep, 32, deep.count_params()),
]
text.table(("model", "MSE", "bytes per code", "parameters"), rows, "Test images")
# %% [markdown] lang="en"
# In this run the deep network has the smallest error, with more than four times the parameters of the simple one. The L1 penalty raises
# the error slightly. All three beat PCA and the mean image.
#
# ## 6. A latent space of two dimensions: 784 → 64 → 16 → 2
#
# With a code of two numbers, each image becomes a point in a plane, and we can draw the **latent space**, the space of all codes. One dead unit would
# turn the plane into a line. We therefore start the biases of the code at 1 instead of 0, so that both units are active when the training
# begins. The training also writes a TensorBoard log; "Going further" opens it.
# %% [markdown] lang="pt-BR"
# Nesta execução, a rede profunda tem o menor erro, com mais de quatro vezes os parâmetros da simples. A penalidade L1 aumenta um pouco
# o erro. Os três modelos superam a PCA e a imagem média.
#
# ## 6. Um espaço latente de duas dimensões: 784 → 64 → 16 → 2
#
# Com um código de dois números, cada imagem vira um ponto num plano, e podemos desenhar o **espaço latente**, o espaço de todos os códigos. Uma
# unidade morta transformaria o plano numa reta. Por isso, os vieses do código começam em 1 e não em 0: as duas unidades estão ativas no início do
# treino. O treino também grava um registro para o TensorBoard, que "Para ir além" abre.
# %%
work = settings.run_folder()
print(settings.relative(work))
tensorboard_log = keras.callbacks.TensorBoard(work / "logs")

keras.utils.set_random_seed(settings.seed())
encoder_2d, decoder_2d, autoencoder_2d = build_deep([64, 16, 2], bias="ones", name="two_numbers")
epochs_2d = settings.pick(quick=8, class_=30, full=100)
train(autoencoder_2d, epochs_2d, peak=1e-2, callbacks=[tensorboard_log])
z_2d = predict(encoder_2d, x_test)
# %%
x_2d = predict(autoencoder_2d, x_test)
loss_2d, dead_2d = test_loss(autoencoder_2d), (z_2d.max(axis=0) == 0).sum()
mse_2d, mse_pca2 = mse(x_test, x_2d), mse(x_test, pca_reconstruction(2))
text.say("test loss {:.4f}, {} dead units; MSE {:.4f}, PCA {:.4f}", loss_2d, dead_2d, mse_2d, mse_pca2)
# pt: "custo de teste {:.4f}, {} unidades mortas; MSE {:.4f}, PCA {:.4f}"
# %% tags=["claims"]
claims.compare(mnist.source, F4_loss=loss_2d, F4_dead=dead_2d, pca2_mse=mse_pca2, F4_mse=mse_2d)
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
    {"log(1 + code) of the test images": np.log1p(z_2d[shown])},
    # pt: "log(1 + código) das imagens de teste"
    y_test[shown],
    mnist.class_names,
    alt="Points coloured by digit: 1 apart at the top right; 4, 7, 9 mixed; 0, 2, 3, 5, 6, 8 near the origin.",
    # pt: "Pontos coloridos por dígito: 1 à parte, no alto à direita; 4, 7, 9 misturados; 0, 2, 3, 5, 6, 8 perto da origem."
)
# %% [markdown] lang="en"
# Two numbers beat two principal components ({{ F4_mse }} against {{ pca2_mse }} squared error), but the loss is now {{ F4_loss }}, about
# twice that of 32 numbers.
#
# The labels were not used in training; they only colour the points. The plot shows the logarithm, because in this run most 1s have much
# larger values than the other digits. The 1s form a group of their own. 4, 7 and 9 overlap strongly. The other digits are close to
# the origin: 0, 2, 6 and 8 form small groups that touch; 3 and 5 mix. The cloud also has holes, and its scale is arbitrary.
#
# Over our {{ F4_loss.n }} seeds the loss ranges from {{ F4_loss.min }} to {{ F4_loss.max }}, and both units are always active. "Going further" shows what
# happens when one of them is dead.
# %% [markdown] lang="pt-BR"
# Dois números superam duas componentes principais (erro quadrático de {{ F4_mse }} contra {{ pca2_mse }}), mas o custo agora é {{ F4_loss }}, cerca
# do dobro do obtido com 32 números.
#
# Os rótulos não foram usados no treino; só dão cor aos pontos. A figura mostra o logaritmo, porque nesta execução quase todos os 1 têm valores muito maiores
# que os dos outros dígitos. Os 1 formam um grupo separado. 4, 7 e 9 se sobrepõem bastante. Os outros ficam perto da origem: 0, 2, 6 e 8 formam pequenos
# grupos que se tocam; 3 e 5 se misturam. A nuvem também tem buracos, e sua escala é arbitrária.
#
# Com as nossas {{ F4_loss.n }} sementes, o custo vai de {{ F4_loss.min }} a {{ F4_loss.max }}, e as duas unidades estão sempre ativas. "Para ir além"
# mostra o que acontece quando uma delas está morta.
# %% [markdown] lang="en"
# ## 7. A map of decoded digits
#
# The codes of section 6 reach {{ F4_code_max }}, so it is unclear which part of the plane to draw. An L2 penalty of `0.0001` on the code pulls them
# towards the origin.
# %% [markdown] lang="pt-BR"
# ## 7. Um mapa de dígitos decodificados
#
# Os códigos da seção 6 chegam a {{ F4_code_max }}; não fica claro que parte do plano desenhar. Uma penalidade L2 de `0.0001` sobre o código os puxa
# para perto da origem.
# %%
keras.utils.set_random_seed(settings.seed())
penalty = keras.regularizers.L2(1e-4)
encoder_l2, decoder_l2, autoencoder_l2 = build_deep([64, 16, 2], penalty, bias="ones", name="two_numbers_l2")
train(autoencoder_l2, epochs_2d, peak=5e-3)
z_l2 = predict(encoder_l2, x_test)
loss_l2 = test_loss(autoencoder_l2)
text.say("test loss {:.4f}; largest value {:.1f}, before {:.1f}", loss_l2, z_l2.max(), z_2d.max())
# pt: "custo de teste {:.4f}; maior valor {:.1f}, antes {:.1f}"
# %% tags=["claims"]
claims.compare(mnist.source, F5_loss=loss_l2, F4_code_max=z_2d.max(), F5_code_max=z_l2.max())
# %% [markdown] lang="en"
# The largest value is now {{ F5_code_max }}. Before we draw the map, we compare the reconstructions of all five networks.
# %% [markdown] lang="pt-BR"
# O maior valor agora é {{ F5_code_max }}. Antes de desenhar o mapa, comparamos as reconstruções das cinco redes.
# %%
outputs = {
    "original": x_test,
    "simple": x_hat,
    "sparse, L1": x_l1,
    "deep": x_deep,
    "2-D": predict(autoencoder_2d, x_test[:10]),
    "2-D, L2": predict(autoencoder_l2, x_test[:10]),
}
plot.image_rows(
    {name: images[:10].reshape(-1, 28, 28) for name, images in outputs.items()},
    alt="Ten test digits and five rows of reconstructions: readable with 32 numbers; with two, blurred except for the 1s, and some become another digit.",
    # pt: "Dez dígitos de teste e cinco linhas de reconstruções: legíveis com 32 números; com dois, borradas, exceto os 1, e algumas viram outro dígito."
)
# %% [markdown] lang="en"
# With 32 numbers, with or without L1, every digit is readable. With two numbers the 1s stay sharp, but most other digits are blurred. Both 2-D
# networks draw the first 4 as a 9, and the 5 is lost.
#
# ### The map
#
# We decode a grid of 15 × 15 points, a picture of the **manifold**, the curved surface of images that the decoder can draw. The lecture uses the
# square from 0 to 4. We take 0 to 2, where the codes are densest. All 225 points are decoded **in one call**; 225 calls of `predict` would
# be much slower.
# %% [markdown] lang="pt-BR"
# Com 32 números, com ou sem L1, todos os dígitos são legíveis. Com dois números, os 1 continuam nítidos, mas quase todos os outros dígitos ficam
# borrados. As duas redes 2-D desenham o primeiro 4 como um 9, e o 5 se perde.
#
# ### O mapa
#
# Decodificamos uma grade de 15 × 15 pontos, um retrato da **variedade** (*manifold*), a superfície curva das imagens que o decodificador sabe desenhar. A
# aula de referência usa o quadrado de 0 a 4. Usamos de 0 a 2, onde os códigos são mais densos. Os 225 pontos são decodificados **numa só
# chamada**; 225 chamadas de `predict` seriam muito mais lentas.
# %% cover=[0.12, 0.04, 0.98, 0.685] built={"en": "an autoencoder for digits, and a map of its latent space", "pt-BR": "um autoencoder para dígitos e um mapa do seu espaço latente"}
LOW, HIGH = 0, 2
steps = np.linspace(LOW, HIGH, 15, dtype="float32")
z1, z2 = np.meshgrid(steps, steps[::-1])
points = np.stack([z1.ravel(), z2.ravel()], axis=1)
drawn = decoder_l2.predict_on_batch(points).reshape(15, 15, 28, 28)
inside = text.number(float((z_l2 <= HIGH).all(axis=1).mean()), ".0%")
print(f"codes of test images inside the square: {inside}")
# pt: f"códigos de imagens de teste dentro do quadrado: {inside}"
plot.manifold(
    drawn,
    low=LOW,
    high=HIGH,
    title="decoded points of the latent plane",  # pt: "pontos decodificados do plano latente"
    alt="15 by 15 decoded digits: 1 top left, then 7 and 9, 6 right, 0 bottom right, 2, 3, 5 and 8 bottom left.",
    # pt: "15 por 15 dígitos decodificados: 1 no alto à esquerda, depois 7 e 9, 6 à direita, 0 embaixo à direita, 2, 3, 5 e 8 embaixo à esquerda."
)
# %% [markdown] lang="en"
# From one point to the next, one digit changes gradually into another. In this run the map shows nine digits: 1 at the top left, 7 and 9 beside
# it, 6 at the right, 0 at the bottom right, and 2, 3, 5 and 8 at the bottom left. A clear 4 is missing. The left part of the
# explorer below shows why: the codes of the 4s overlap with those of the 9s, and the decoder draws a mixture that resembles a 9.
#
# Every point of the plane decodes to *some* image, and between two classes it is often a hybrid. Nothing in our loss asks for
# meaningful images between the codes. Variational autoencoders (lesson 08) add such a term.
#
# ### Explore
#
# Move the point and watch the digit. Where are the 1s? Can you go from a 7 to a 9 without meeting another digit?
# %% [markdown] lang="pt-BR"
# De um ponto ao vizinho, um dígito se transforma aos poucos em outro. Nesta execução, o mapa mostra nove dígitos: o 1 no alto à esquerda, o 7 e o 9
# ao lado, o 6 à direita, o 0 embaixo à direita, e 2, 3, 5 e 8 embaixo à esquerda. Falta um 4 nítido. A parte esquerda do explorador abaixo mostra o
# motivo: os códigos dos 4 se sobrepõem aos dos 9, e o decodificador desenha uma mistura que parece um 9.
#
# Todo ponto do plano se decodifica em *alguma* imagem e, entre duas classes, ela muitas vezes é um híbrido. Nada na nossa função de custo exige
# imagens com sentido entre os códigos. Os autoencoders variacionais (aula 08) acrescentam um termo para isso.
#
# ### Explore
#
# Mova o ponto e observe o dígito. Onde estão os 1? Dá para ir de um 7 a um 9 sem passar por outro dígito?
# %%
explore.mnist.latent_plane(decoder_l2, z_l2[shown], y_test[shown], mnist.class_names, low=LOW, high=HIGH)
# %% [markdown] lang="en"
# ## 8. Saving the encoder and the decoder
#
# The encoder and the decoder often run in different places: one compresses, the other draws. We therefore save them separately, in
# the `.keras` format. `safe_mode=True` refuses files that contain Python code of their own. At the end we check that the loaded models give the
# same output.
# %% [markdown] lang="pt-BR"
# ## 8. Salvar o codificador e o decodificador
#
# Codificador e decodificador muitas vezes rodam em lugares diferentes: um comprime, o outro desenha. Por isso os salvamos separados, no
# formato `.keras`. `safe_mode=True` recusa arquivos que contêm código Python próprio. No fim, verificamos que os modelos carregados dão a mesma
# saída.
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
# <details><summary>Answer</summary>A cross-entropy is not a percentage. Read it between its floor, which is above zero because grey pixels have a cost even in a perfect reconstruction, and the loss of the mean image. Section 2 computes both.</details>
#
# **2.** Why is `fit(x_test, x_test)` wrong although no labels are used?
#
# <details><summary>Answer</summary>The images themselves are the targets. If you train on the test images, the test loss measures how well the network reproduces images that it has seen, and no longer how well it generalises to new digits.</details>
#
# **3.** With the same weight, why does L1 create exact zeros and L2 not? And where do the zeros under L2 come from?
#
# <details><summary>Answer</summary>L1 pulls with the same force however small a value is, so small values become exactly zero. The force of L2 is proportional to the value and fades before zero is reached. The zeros under L2 come from the relu, which outputs zero for negative inputs.</details>
#
# **4.** The codes of your 2-D autoencoder are all on the vertical axis. What happened, and what do you do?
#
# <details><summary>Answer</summary>The first code unit is dead: its input is negative for every image, so its relu outputs zero and passes no gradient. Use another seed, a linear code or leaky relu.</details>
#
# **5.** Two runs with the same seed differ in the fourth decimal. Name two possible causes.
#
# <details><summary>Answer</summary>Another processor or number of threads, a GPU without op determinism, another version of the library, or a data order without a seed.</details>
# %% [markdown] lang="pt-BR"
# ## Teste-se
#
# Responda primeiro, abra depois.
#
# **1.** O custo de teste do seu autoencoder é 0,09. Um colega diz: "nove por cento de erro". O que você responde?
#
# <details><summary>Resposta</summary>Entropia cruzada não é porcentagem. Ela se lê entre o piso, que é maior que zero porque pixels cinza têm custo até numa reconstrução perfeita, e o custo da imagem média. A seção 2 calcula os dois.</details>
#
# **2.** Por que `fit(x_test, x_test)` está errado, se nenhum rótulo é usado?
#
# <details><summary>Resposta</summary>As próprias imagens são os alvos. Se você treina com as de teste, o custo de teste mede quão bem a rede reproduz imagens que já viu, e não quão bem ela generaliza para dígitos novos.</details>
#
# **3.** Com o mesmo peso, por que a L1 cria zeros exatos e a L2 não? E de onde vêm os zeros que aparecem com a L2?
#
# <details><summary>Resposta</summary>A L1 puxa com a mesma força por menor que seja o valor, e os valores pequenos viram exatamente zero. A força da L2 é proporcional ao valor e se anula antes que ele chegue a zero. Os zeros com L2 vêm da relu, que devolve zero para entradas negativas.</details>
#
# **4.** Os códigos do seu autoencoder 2-D estão todos sobre o eixo vertical. O que houve, e o que fazer?
#
# <details><summary>Resposta</summary>A primeira unidade do código está morta: a entrada dela é negativa em todas as imagens, a relu devolve zero e não deixa passar o gradiente. Use outra semente, um código linear ou leaky relu.</details>
#
# **5.** Duas execuções com a mesma semente diferem na quarta casa decimal. Cite duas causas possíveis.
#
# <details><summary>Resposta</summary>Outro processador ou número de threads, uma GPU sem o determinismo das operações, outra versão da biblioteca ou uma ordem dos dados sem semente.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# The cell below each exercise checks your answer at once. `check.walk.hint()` (with the name of the check) gives a hint; call it again for a
# more detailed one.
#
# ### Find the bug
#
# An assistant was asked for a network with a code of 16 numbers. The program runs and the loss falls, but there is a mistake in it. Correct it, and
# write into `noticed`, in one sentence, what in the output shows the mistake. Section 2 has the values to compare with.
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# A célula abaixo de cada exercício verifica a resposta na hora. `check.walk.hint()` (com o nome da verificação) dá uma dica; chame de novo para
# uma dica mais detalhada.
#
# ### Encontre o erro
#
# Um assistente escreveu uma rede com código de 16 números. O programa roda e o custo cai, mas há um erro. Corrija-o e escreva em `noticed`,
# em uma frase, o que na saída mostra o erro. A seção 2 tem os valores para comparar.
# %% exercise="bug" role="answer"
images = mnist.x_train[:10_000].reshape(-1, 784).astype("float32") / 255
keras.utils.set_random_seed(settings.seed())
assisted = build_simple(code_size=16)[2]
assisted.compile("adam", "binary_crossentropy")
assisted.fit(images, images, batch_size=256, epochs=2, verbose=2)
noticed = ""
### BEGIN SOLUTION
images = mnist.x_train.reshape(-1, 784)[:10_000]
assisted = build_simple(code_size=16)[2]
assisted.compile("adam", "binary_crossentropy")
assisted.fit(images, images, batch_size=256, epochs=2, verbose=2)
noticed = (
    "The loss falls below the floor, which is impossible for these images: they were already between 0 and 1."
    # pt: "O custo cai abaixo do piso, o que é impossível com estas imagens: elas já estavam entre 0 e 1."
)
### END SOLUTION
# %% exercise="bug" role="check"
from exercises import mnist as check

check.find_bug(images, noticed, mnist.x_train)
# check.find_bug.hint()
# %% [markdown] lang="en"
# ### Exercise 1: the loss and the latent dimension
#
# Train the simple autoencoder with codes of 4 and of 16 numbers (8 epochs in class, peak `0.015`). Store the test loss of each in
# `loss_by_size`, a dictionary such as `{4: 0.15}`. From which size on does the loss fall more slowly?
# %% [markdown] lang="pt-BR"
# ### Exercício 1: o custo e a dimensão latente
#
# Treine o autoencoder simples com códigos de 4 e de 16 números (8 épocas em aula, pico `0.015`). Guarde o custo de teste de cada um em
# `loss_by_size`, um dicionário como `{4: 0.15}`. A partir de que tamanho o custo cai mais devagar?
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
check.code_sizes(loss_by_size, test_loss(autoencoder), floor, bce(x_test, mean_image))
# check.code_sizes.hint()
# %% [markdown] lang="en"
# ### Exercise 2: interpolation between two digits
#
# In MNIST the first test image is a 7 and the third a 1. **Interpolate** between them: put ten codes in equal steps on the straight line from the code
# of the first to that of the third (use `encoder_l2`) into `path`, of shape (10, 2).
# %% [markdown] lang="pt-BR"
# ### Exercício 2: interpolação entre dois dígitos
#
# No MNIST, a primeira imagem de teste é um 7 e a terceira, um 1. **Interpole** entre elas: ponha em `path`, de forma (10, 2), dez códigos em passos
# iguais sobre a reta que vai do código da primeira ao da terceira (use `encoder_l2`).
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
# ### Exercise 3: codes as features for a classifier
#
# Classify each test image by its 5 nearest neighbours among the *validation* images, with scikit-learn's `KNeighborsClassifier`. Use the 2-D codes
# (`encoder_l2`), then the 32 numbers of the deep code (`deep_encoder`). Put the two accuracies into `accuracy_2d` and `accuracy_32d`. The labels of
# the validation images are the last `n_val` of `mnist.y_train`.
# %% [markdown] lang="pt-BR"
# ### Exercício 3: códigos como atributos de um classificador
#
# Classifique cada imagem de teste pelos 5 vizinhos mais próximos entre as de *validação*, com o `KNeighborsClassifier` do scikit-learn. Use primeiro
# os códigos 2-D (`encoder_l2`) e depois os 32 números do código profundo (`deep_encoder`). Ponha as duas acurácias em `accuracy_2d` e `accuracy_32d`. Os
# rótulos das imagens de validação são os últimos `n_val` de `mnist.y_train`.
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
# - An autoencoder is an encoder and a decoder that are trained together to reconstruct the input through a bottleneck. It needs no labels.
# - A reconstruction loss has a meaning only next to its floor, a baseline and its spread over seeds.
# - With 32 numbers the simple network has a smaller error than PCA on new digits, and the deep network a smaller one still.
# - With an L1 penalty a code of 32 becomes small; an overcomplete code becomes sparse, with few active units for each image.
# - Two numbers give a map of the digits, in which some classes overlap. A relu code may lose a unit; a linear code cannot.
# - The encoder and the decoder are two models: train them together, save them separately.
#
# ## Going further
#
# ### Dead units in a code of two
#
# How often is a network close to losing a code unit if its biases start at 0, the usual choice? We build forty untrained networks, each with its own seed. For each we compute
# the share of test images for which a code unit is zero **before training**.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - Um autoencoder é um codificador e um decodificador treinados juntos para reconstruir a entrada através de um gargalo. Não precisa de rótulos.
# - Um custo de reconstrução só tem significado ao lado do piso, de uma linha de base e da dispersão entre sementes.
# - Com 32 números, a rede simples tem erro menor que a PCA em dígitos novos, e a rede profunda, menor ainda.
# - Com a penalidade L1, um código de 32 números fica pequeno; um supercompleto fica esparso, com poucas unidades ativas em cada imagem.
# - Dois números dão um mapa dos dígitos, em que algumas classes se sobrepõem. Um código com relu pode perder uma unidade; um linear, não.
# - O codificador e o decodificador são dois modelos: treine-os juntos, salve-os separados.
#
# ## Para ir além
#
# ### Unidades mortas num código de dois números
#
# Com que frequência uma rede está perto de perder uma unidade do código se os vieses começam em 0, a escolha usual? Construímos quarenta redes sem treino, cada uma com sua semente, e calculamos
# em que fração das imagens de teste uma unidade do código vale zero **antes do treino**.
# %%
silent = []
for seed in range(1, 41):
    keras.utils.set_random_seed(seed)
    newborn = build_deep([64, 16, 2])[0]
    silent.append((np.asarray(newborn(x_test[:1000])) == 0).mean(axis=0).max())
bad_seed = 1 + int(np.argmax(np.array(silent) > 0.98))
print(
    f"seeds with a unit zero for over 98% of the images: {np.sum(np.array(silent) > 0.98)} of 40; first: {bad_seed}"
    # pt: f"sementes com uma unidade nula em mais de 98% das imagens: {np.sum(np.array(silent) > 0.98)} de 40; a primeira: {bad_seed}"
)
# %% [markdown] lang="en"
# We train a network from such a seed, once as it is and once with a single change: **no activation on the code**. A linear unit always
# passes its gradient, so it cannot die. Another common remedy is `"leaky_relu"`.
# %% [markdown] lang="pt-BR"
# Treinamos uma rede a partir dessa semente, uma vez tal como está e outra com uma única mudança: **código sem ativação**. Uma unidade linear sempre
# deixa passar o gradiente e, por isso, não morre. Outro remédio usual é `"leaky_relu"`.
# %%
epochs = settings.pick(quick=8, class_=10, full=30)
rescue = {}
for activation in ("relu", "linear"):
    keras.utils.set_random_seed(bad_seed)
    rescue[activation] = build_deep([64, 16, 2], activation=activation)
    train(rescue[activation][2], epochs, peak=4e-3)
dead_loss, linear_loss = (test_loss(rescue[activation][2]) for activation in ("relu", "linear"))
text.say("test loss: relu {:.4f}, linear {:.4f}", dead_loss, linear_loss)
# pt: "custo de teste: relu {:.4f}, linear {:.4f}"
# %% tags=["claims"]
claims.check(mnist.source, bad_seed_relu_loss=dead_loss, bad_seed_linear_loss=linear_loss)
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
# With the same seed and the same number of epochs the loss is {{ bad_seed_relu_loss }} with the relu, whose first unit is dead, and
# {{ bad_seed_linear_loss }} without it. Over our {{ bad_seed_relu_loss.n }} runs, which differ in the order of the batches, the relu network
# ranges from {{ bad_seed_relu_loss.min }} to {{ bad_seed_relu_loss.max }} and the linear one from {{ bad_seed_linear_loss.min }} to
# {{ bad_seed_linear_loss.max }}.
#
# ### TensorBoard
#
# The callback of section 6 has written the training curves into a folder. Set `OPEN_TENSORBOARD = True` and run the next cell: TensorBoard
# opens below it, in Jupyter and in Colab. *Time series* shows `epoch_loss` for training and validation. From a terminal, run
# `tensorboard --logdir` followed by the folder. In Colab you can also use `%load_ext tensorboard` and `%tensorboard --logdir`.
# %% [markdown] lang="pt-BR"
# Com a mesma semente e o mesmo número de épocas, o custo é {{ bad_seed_relu_loss }} com a relu, cuja primeira unidade está morta, e
# {{ bad_seed_linear_loss }} sem ela. Nas nossas {{ bad_seed_relu_loss.n }} execuções, que diferem na ordem dos lotes, a rede com relu vai de
# {{ bad_seed_relu_loss.min }} a {{ bad_seed_relu_loss.max }}, e a linear, de {{ bad_seed_linear_loss.min }} a {{ bad_seed_linear_loss.max }}.
#
# ### TensorBoard
#
# O callback da seção 6 gravou as curvas de treino numa pasta. Ponha `OPEN_TENSORBOARD = True` e execute a próxima célula: o TensorBoard
# abre logo abaixo, no Jupyter e no Colab. *Time series* mostra `epoch_loss` de treino e de validação. Num terminal, execute
# `tensorboard --logdir` seguido da pasta. No Colab, também valem `%load_ext tensorboard` e `%tensorboard --logdir`.
# %%
OPEN_TENSORBOARD = False
if OPEN_TENSORBOARD:
    import shlex

    from tensorboard import notebook

    notebook.start(f"--logdir {shlex.quote(str(work / 'logs'))}")
    # pt: f"--logdir {shlex.quote(str(work / 'logs'))}"
# %% [markdown] lang="en"
# ## References
#
# - G. E. Hinton, R. R. Salakhutdinov, *Reducing the dimensionality of data with neural networks*, Science 313, 2006.
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, MIT Press, 2016, chapter 14.
# - Y. LeCun, C. Cortes, C. J. C. Burges, *The MNIST database of handwritten digits*, 1998.
# - D. P. Kingma, J. Ba, *Adam: a method for stochastic optimization*, ICLR 2015.
# - PSI3472, *aula 11*, lecture on autoencoders: source of the experiments of sections 2 to 7 and of the values in the column "reference".
#
# Next: lesson 03, the same with clothes, as homework. Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# ## Referências
#
# - G. E. Hinton, R. R. Salakhutdinov, *Reducing the dimensionality of data with neural networks*, Science 313, 2006.
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, MIT Press, 2016, capítulo 14.
# - Y. LeCun, C. Cortes, C. J. C. Burges, *The MNIST database of handwritten digits*, 1998.
# - D. P. Kingma, J. Ba, *Adam: a method for stochastic optimization*, ICLR 2015.
# - PSI3472, *aula 11*, aula sobre autoencoders: origem dos experimentos das seções 2 a 7 e dos valores da coluna "referência".
#
# A seguir: a aula 03, o mesmo com roupas, como lição de casa. Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
