# %% [markdown] lang="en"
# # Denoising and other repairs: autoencoders that mend images
#
# [Open in Colab]({{ colab }}) · Lesson 04 · reading: {{ reading_minutes }} min · running: {{ minutes.class }} min
# (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# **After this lesson you can**
#
# - train a convolutional autoencoder that takes noise out of images, with fresh noise in every batch;
# - say why binary accuracy misleads on grey images, and measure with PSNR and SSIM instead;
# - compare a network fairly with the median filter, non-local means and wavelets, over ten noise levels;
# - look into a code of 4 × 4 × 32 numbers, and show in numbers that a denoiser knows only what it was trained on;
# - change the damage and keep the method: fill in a missing square, double the resolution.
#
# **Prerequisites:** convolutions and strides; lesson 02 (loss, training, validation).
#
# **You will need:** a computer with Python 3.11 or newer, or a free Colab. No GPU, no earlier lesson's files.
# %% [markdown] lang="pt-BR"
# # Remoção de ruído e outros consertos: autoencoders que restauram imagens
#
# [Abrir no Colab]({{ colab }}) · Aula 04 · leitura: {{ reading_minutes }} min · execução: {{ minutes.class }} min
# (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# **Ao final desta aula você saberá**
#
# - treinar um autoencoder convolucional que tira o ruído de imagens, com ruído novo a cada lote;
# - dizer por que a acurácia binária engana em imagens cinza e medir, em vez dela, PSNR e SSIM;
# - comparar com justiça uma rede com o filtro da mediana, as médias não locais e as wavelets, em dez níveis de ruído;
# - olhar por dentro um código de 4 × 4 × 32 números e mostrar, em números, que a rede só conhece aquilo com que foi treinada;
# - trocar o estrago e manter o método: preencher um quadrado que falta, dobrar a resolução.
#
# **Pré-requisitos:** convoluções e passos (*strides*); aula 02 (custo, treino, validação).
#
# **Você vai precisar de:** um computador com Python 3.11 ou mais novo, ou do Colab gratuito. Não é preciso GPU nem arquivos de outras aulas.
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("04_denoising")
# %% [markdown] lang="en"
# If every line of the table says *ok*, go on. Otherwise its last column tells what to type. Then the imports.
# %% [markdown] lang="pt-BR"
# Se todas as linhas da tabela dizem *ok*, siga em frente. Se não, a última coluna mostra o que digitar. Depois, as importações.
# %%
import sys
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers
from skimage.filters import median
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from skimage.morphology import disk
from skimage.restoration import denoise_nl_means, denoise_wavelet, inpaint_biharmonic
from skimage.transform import resize
from sklearn.decomposition import PCA
from tqdm.keras import TqdmCallback

from utils import claims, data, explore, plot, settings, text
from utils.progress import tqdm


# %% [markdown] lang="en"
# ## 1. Spoil the input, keep the target
#
# Lessons 01 and 02 kept autoencoders from copying by squeezing or by charging for the code. Here is a third way: **damage the input and ask for the undamaged image**. Copying no longer helps. With a clean image
# $x$, noise $\varepsilon$ and encoder and decoder $f$ and $g$,
#
# $$\tilde x = \operatorname{clip}(x + \sigma\varepsilon,\ 0,\ 1), \quad \varepsilon \sim \mathcal N(0, I), \qquad \text{minimise } L\bigl(x,\ g(f(\tilde x))\bigr).$$
#
# No labels are needed: we make the damage ourselves, and so we know the answer. Clipping makes the noisy image a proper image again, with values from 0 to 1.
#
# Our images are MNIST's digits, enlarged from 28 × 28 to **32 × 32**, a size that can be halved three times without a remainder. Enlarging by interpolation is linear, and it treats rows and columns alike: every
# image is multiplied by one matrix from the left and by its transpose from the right. Which matrix? Whatever scikit-image's `resize` makes of the identity. So 70,000 images need no loop.
# %% [markdown] lang="pt-BR"
# ## 1. Estrague a entrada, guarde o alvo
#
# As aulas 01 e 02 impediram o autoencoder de copiar apertando o código ou cobrando por ele. Aqui está um terceiro jeito: **estrague a entrada e peça a imagem intacta**. Copiar deixa de adiantar. Com uma imagem
# limpa $x$, um ruído $\varepsilon$ e codificador e decodificador $f$ e $g$,
#
# $$\tilde x = \operatorname{clip}(x + \sigma\varepsilon,\ 0,\ 1), \quad \varepsilon \sim \mathcal N(0, I), \qquad \text{minimizar } L\bigl(x,\ g(f(\tilde x))\bigr).$$
#
# Não é preciso rótulo: o estrago é nosso, e por isso sabemos a resposta. O corte (*clip*) faz da imagem com ruído uma imagem de verdade, com valores de 0 a 1.
#
# Nossas imagens são os dígitos do MNIST, ampliados de 28 × 28 para **32 × 32**, tamanho que se divide por dois três vezes sem resto. Ampliar por interpolação é linear e trata linhas e colunas do mesmo modo: cada
# imagem é multiplicada por uma matriz à esquerda e pela transposta à direita. Que matriz? O que o `resize` do scikit-image fizer da identidade. Assim, 70.000 imagens dispensam o laço.
# %%
def enlarging_matrix(before, after, order=1):
    """What scikit-image's interpolation does to a column of `before` pixels, as a matrix."""
    # pt: """O que a interpolação do scikit-image faz com uma coluna de `before` pixels, em matriz."""
    return resize(np.eye(before), (after, before), order=order, clip=False).astype("float32")


def enlarge(images, matrix):
    """Square images (n, before, before) as (n, after, after)."""
    # pt: """Imagens quadradas (n, before, before) como (n, after, after)."""
    return matrix @ images @ matrix.T


def add_noise(x, std, seed=0):
    """Images plus Gaussian noise of standard deviation `std`, clipped to [0, 1]."""
    # pt: """Imagens mais ruído gaussiano de desvio padrão `std`, cortadas em [0, 1]."""
    noise = np.random.default_rng(seed).standard_normal(x.shape, dtype="float32")
    return (x + np.float32(std) * noise).clip(0, 1)


# %%
noise_std = 0.5
digits = data.mnist.load()
source, y_test = digits.source, digits.y_test
to_32 = enlarging_matrix(28, 32)
n_val = len(digits.x_train) // 12
x_train = tf.constant(enlarge(digits.x_train[:-n_val], to_32)[..., None])
x_val, x_test = enlarge(digits.x_train[-n_val:], to_32), enlarge(digits.x_test, to_32)
x_val_noisy, x_test_noisy = add_noise(x_val, noise_std, 1), add_noise(x_test, noise_std, 2)
print(digits.provenance)
print(f"x_train {x_train.shape}, x_val {x_val.shape}, x_test {x_test.shape}")
del digits  # 200 MB that nobody needs any more  # pt: 200 MB de que ninguém mais precisa
# %%
plt.rcParams["image.interpolation"] = "nearest"  # noise is to be seen pixel by pixel
# pt: o ruído deve ser visto pixel a pixel
plot.image_rows(
    {f"σ = {text.number(std, '.1f')}": add_noise(x_test[:10], std) for std in (0, 0.1, 0.3, 0.5, 1)},
    alt="Ten digits under growing noise: at 0.5 still readable, at 1.0 hardly.",
    # pt: "Dez dígitos sob ruído crescente: em 0,5 ainda se leem, em 1,0 quase não."
)


# %% [markdown] lang="en"
# At σ = 0.5 we still read most digits, because we know what digits look like. A filter that only knows that neighbouring pixels agree has less to go by. The network is to learn what we know.
#
# ## 2. A convolutional autoencoder
#
# The network is that of the lecture which we reproduce ("Autoencoders, part 2"). The encoder halves the image three times, 32 → 16 → 8 → 4, while the channels grow to 32; the decoder mirrors it with transposed convolutions.
# There is no dense layer: each number of the code looks at a *region* of the image.
#
# **Predict before you run:** how many numbers has the code, and how many parameters has the whole network: more or fewer than the 50,992 of the simple dense one of lesson 02?
# %% [markdown] lang="pt-BR"
# Com σ = 0,5 ainda lemos quase todos os dígitos, porque sabemos como são dígitos. Um filtro que só sabe que pixels vizinhos concordam tem menos em que se apoiar. A rede deve aprender o que nós sabemos.
#
# ## 2. Um autoencoder convolucional
#
# A rede é a da aula que reproduzimos ("Autoencoders, parte 2"). O codificador divide a imagem ao meio três vezes, 32 → 16 → 8 → 4, enquanto os canais crescem até 32; o decodificador faz o caminho de volta com convoluções transpostas.
# Não há camada densa: cada número do código olha para uma *região* da imagem.
#
# **Antes de executar, arrisque:** quantos números tem o código, e quantos parâmetros tem a rede toda: mais ou menos que os 50.992 da rede densa simples da aula 02?
# %%
def build_denoiser():
    """Encoder, decoder and autoencoder for images of 32 x 32 pixels."""
    # pt: """Codificador, decodificador e autoencoder para imagens de 32 x 32 pixels."""
    encoder = keras.Sequential([keras.Input((32, 32, 1))], name="encoder")
    for filters in (16, 24, 32):
        encoder.add(layers.Conv2D(filters, 3, strides=2, padding="same", activation="leaky_relu"))
    decoder = keras.Sequential([keras.Input((4, 4, 32))], name="decoder")
    for filters in (16, 8, 4):
        decoder.add(layers.Conv2DTranspose(filters, 3, strides=2, padding="same", activation="relu"))
    paper = keras.initializers.Constant(-2)  # the first answer is nearly white paper
    # pt: a primeira resposta é papel quase branco
    decoder.add(layers.Conv2D(1, 1, activation="sigmoid", bias_initializer=paper, name="x_hat"))
    return encoder, decoder, keras.Sequential([encoder, decoder], name="autoencoder")


keras.utils.set_random_seed(settings.seed())
encoder, decoder, autoencoder = build_denoiser()
encoder.summary()
decoder.summary()
claims.check(source, F7_code=np.prod(encoder.output_shape[1:]), F7_params=autoencoder.count_params())


# %% [markdown] lang="en"
# {{ F7_code }} numbers in the code and only {{ F7_params }} parameters: a filter of 3 × 3 is used at every place of the image. The code is half as large as the image of 1,024 pixels, no narrow bottleneck at all.
# Here it is the damage that forces learning.
#
# One thing is ours: the last bias starts at −2, so that the untrained network answers with light grey, $1 / (1 + e^2) \approx 0.12$. From the usual start, 0, every pixel begins at one half, and *less ink!* is the first and loudest thing that all gradients say. It can push the four relu channels
# before the output below zero everywhere, where no gradient reaches them any more: dead units, as in lesson 02. In our trials one seed of four was lost that way.
#
# ### Fresh noise in every batch
#
# If each training image were spoilt once and for all, the network would see 55,000 patterns of noise and could learn them by heart. So the noise is drawn **in the pipeline**, each time an image passes; that also saves a second copy
# of the training set in memory. (Make the data set endless first, `repeat`, and draw then: in the other order, TensorFlow would start the same random numbers again in each epoch.)
# %% [markdown] lang="pt-BR"
# {{ F7_code }} números no código e só {{ F7_params }} parâmetros: um filtro de 3 × 3 serve em todos os lugares da imagem. O código tem metade do tamanho da imagem de 1.024 pixels; está longe de ser um gargalo estreito.
# Aqui é o estrago que obriga a aprender.
#
# Uma coisa é nossa: o último viés parte de −2, de modo que a rede sem treino responde com cinza claro, $1 / (1 + e^2) \approx 0{,}12$. Do início costumeiro, 0, todo pixel começa em meio, e *menos tinta!* é a primeira coisa, e a mais alta, que dizem todos os gradientes. Isso pode empurrar os quatro canais relu
# antes da saída para baixo de zero em toda parte, onde gradiente algum os alcança: unidades mortas, como na aula 02. Nos nossos testes, uma semente em quatro se perdeu assim.
#
# ### Ruído novo a cada lote
#
# Se cada imagem de treino fosse estragada uma vez por todas, a rede veria 55.000 padrões de ruído e poderia decorá-los. Por isso o ruído é sorteado **no caminho dos dados**, cada vez que uma imagem passa; isso poupa ainda uma segunda cópia
# do conjunto de treino na memória. (Primeiro tornamos os dados infinitos, com `repeat`, e só então sorteamos: na outra ordem, o TensorFlow recomeçaria os mesmos números aleatórios a cada época.)
# %%
def noise_maker(low, high):
    """Turns batches into (noisy, clean); each image gets its own std between the two."""
    # pt: """Transforma lotes em (com ruído, limpo); cada imagem tem seu desvio entre os dois."""

    def damage(x):
        std = tf.random.uniform((tf.shape(x)[0], 1, 1, 1), low, high)
        return tf.clip_by_value(x + std * tf.random.normal(tf.shape(x)), 0.0, 1.0), x

    return damage


def damaged_batches(clean, damage, size):
    """An endless stream of shuffled batches; `damage` gives input and target."""
    # pt: """Um fluxo sem fim de lotes embaralhados; `damage` dá entrada e alvo."""
    stream = data.batches(clean, size, seed=settings.seed()).repeat()
    return stream.map(lambda x, _: damage(x)).prefetch(2)


# %% [markdown] lang="en"
# The lecture trains with a constant learning rate of `0.001` and batches of 1024 for 30 epochs; profile `full` does the same. Profile `class` takes smaller batches, hence more steps an epoch, and a learning rate
# that climbs to a peak and comes down along a cosine. XLA, which paid off for dense layers, makes these convolutions slower on a CPU, so it stays off.
# %% [markdown] lang="pt-BR"
# A aula de origem treina com taxa de aprendizado constante de `0,001` e lotes de 1024 por 30 épocas; o perfil `full` faz o mesmo. O perfil `class` usa lotes menores, portanto mais passos por época, e uma taxa
# que sobe até um pico e desce por um cosseno. O XLA, que compensava em camadas densas, torna estas convoluções mais lentas numa CPU; fica desligado.
# %%
def train(model, clean, damage, validation, epochs, batch, peak):
    """Fit `model` to undo `damage`; gives the history and the seconds it took."""
    # pt: """Ajusta `model` para desfazer `damage`; dá o histórico e os segundos gastos."""
    steps = len(clean) // batch
    warm = max(1, epochs * steps // 8)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, epochs * steps - warm, warmup_target=peak, warmup_steps=warm
    )
    adam = keras.optimizers.Adam(settings.pick(quick=rate, class_=rate, full=1e-3))
    model.compile(adam, "binary_crossentropy", metrics=["binary_accuracy"], jit_compile=False)
    start = time.perf_counter()
    history = model.fit(
        damaged_batches(clean, damage, batch),
        validation_data=tuple(images[:1000, ..., None] for images in validation),
        validation_batch_size=500,
        epochs=epochs,
        steps_per_epoch=steps,
        shuffle=False,
        verbose=0,
        callbacks=[TqdmCallback(epochs, verbose=0, tqdm_class=tqdm, file=sys.stdout)],
    )
    return history, time.perf_counter() - start


# %%
batch = settings.pick(quick=48, class_=128, full=1024)
epochs = settings.pick(quick=3, class_=4, full=30)
history_digits, seconds_digits = train(
    autoencoder, x_train, noise_maker(noise_std, noise_std), (x_val_noisy, x_val), epochs, batch, peak=5e-3
)
# %%
plot.history(
    {"noise 0.5": history_digits},  # pt: "ruído 0,5"
    ylabel="binary cross-entropy",
    alt="Training and validation loss fall together; most is gained in the first epochs.",
    # pt: "Custos de treino e de validação caem juntos; o maior ganho vem nas primeiras épocas."
)


def restore(model, damaged):
    """Images (n, height, width) as `model` mends them, in large batches."""
    # pt: """Imagens (n, altura, largura) como `model` as conserta, em lotes grandes."""
    return model.predict(damaged[..., None], batch_size=500, verbose=0)[..., 0]


x_hat = restore(autoencoder, x_test_noisy)
plot.image_rows(
    {
        "original": x_test[:10],
        "noisy": x_test_noisy[:10],  # pt: "com ruído"
        "denoised": x_hat[:10],  # pt: "restaurado"
    },
    alt="Ten test digits, the same under heavy noise, and the network's clean versions: soft, but the same digits.",
    # pt: "Dez dígitos de teste, os mesmos sob ruído forte e as versões limpas da rede: macias, mas os mesmos dígitos."
)


# %% [markdown] lang="en"
# The background is white again and the strokes are whole. They are also *soft*. That is no accident: both the cross-entropy and the squared error are smallest when the output is the **mean** of all clean images that could hide
# behind this noisy one, and a mean of sharp strokes in slightly different places is a blurred stroke. The softer the stroke, the less sure the network.
#
# ## 3. Why binary accuracy misleads
#
# The lecture reports **binary accuracy**, about {{ F7_acc_test.source }} on training and on test images. That sounds poor: every fourth pixel wrong? Look at the definition. Keras rounds the *output* to 0 or 1 and asks whether it
# **equals the target**.
#
# **Predict:** what is the accuracy of a perfect output, the clean image itself? And of a sheet of blank paper?
# %% [markdown] lang="pt-BR"
# O fundo voltou a ser branco e os traços estão inteiros. Também estão *macios*. Não é acaso: tanto a entropia cruzada quanto o erro quadrático são mínimos quando a saída é a **média** de todas as imagens limpas que poderiam estar
# por trás desta imagem com ruído, e a média de traços nítidos em lugares um pouco diferentes é um traço borrado. Quanto mais macio o traço, menos certeza tem a rede.
#
# ## 3. Por que a acurácia binária engana
#
# A aula de origem informa a **acurácia binária**, cerca de {{ F7_acc_test.source }} em imagens de treino e de teste. Parece pouco: um pixel errado em cada quatro? Veja a definição. O Keras arredonda a *saída* para 0 ou 1 e pergunta se ela
# **é igual ao alvo**.
#
# **Arrisque:** qual é a acurácia de uma saída perfeita, a própria imagem limpa? E a de uma folha em branco?
# %%
def binary_accuracy(x, x_hat):
    """What Keras counts: pixels where the rounded output equals the target exactly."""
    # pt: """O que o Keras conta: pixels em que a saída arredondada é exatamente igual ao alvo."""
    return float(np.mean((x_hat > 0.5) == x))


seen = np.array(x_train[:10_000, ..., 0])
claims.check(
    source,
    F7_acc_train=binary_accuracy(seen, restore(autoencoder, add_noise(seen, noise_std, 3))),
    F7_acc_test=binary_accuracy(x_test, x_hat),
    acc_perfect=binary_accuracy(x_test, x_test),
    acc_blank=binary_accuracy(x_test, np.zeros_like(x_test)),
    grey_share=np.mean((x_test > 0) & (x_test < 1)),
)


# %% [markdown] lang="en"
# We reproduce the source's figure: {{ F7_acc_train }} on training and {{ F7_acc_test }} on test images. But the **perfect answer gets only {{ acc_perfect }}**: {{ grey_share }} of the pixels are grey, and a rounded output, 0 or 1,
# can never equal a grey target. And the **blank sheet gets {{ acc_blank }}**, since most pixels are paper. The whole range between "no digit at all" and "flawless" is squeezed into a few thousandths. A metric that can hardly tell those two apart is no metric.
#
# What replaces it? Two measures that know grey:
#
# - **PSNR**, the peak signal-to-noise ratio, $10 \log_{10}(1 / \mathrm{MSE})$ in decibels for values up to 1. Ten decibels more: a tenth of the squared error. Three more: half of it.
# - **SSIM**, the structural similarity (Wang and others, 2004). It compares means, variances and the correlation in small windows: 1 for equal images, about 0 for unrelated ones. It punishes lost structure that a mean of squares forgives.
#
# Both are computed for each image, and then averaged.
# %% [markdown] lang="pt-BR"
# Reproduzimos o valor da fonte: {{ F7_acc_train }} em imagens de treino e {{ F7_acc_test }} nas de teste. Mas a **resposta perfeita só obtém {{ acc_perfect }}**: {{ grey_share }} dos pixels são cinza, e uma saída arredondada, 0 ou 1,
# nunca será igual a um alvo cinza. E a **folha em branco obtém {{ acc_blank }}**, pois quase todo pixel é papel. Toda a distância entre "dígito nenhum" e "sem defeito" se espreme em poucos milésimos. Uma métrica que mal distingue as duas coisas não é métrica.
#
# O que a substitui? Duas medidas que conhecem o cinza:
#
# - **PSNR**, a relação sinal-ruído de pico, $10 \log_{10}(1 / \mathrm{MSE})$ em decibéis para valores até 1. Dez decibéis a mais: um décimo do erro quadrático. Três a mais: metade.
# - **SSIM**, a similaridade estrutural (Wang e outros, 2004). Compara médias, variâncias e correlação em pequenas janelas: 1 para imagens iguais, cerca de 0 para imagens sem relação. Pune a estrutura perdida que uma média de quadrados perdoa.
#
# As duas são calculadas para cada imagem; depois se tira a média.
# %%
def psnr(x, x_hat):
    """Mean peak signal-to-noise ratio over the images, in dB."""
    # pt: """Relação sinal-ruído de pico, média sobre as imagens, em dB."""
    return float(np.mean([peak_signal_noise_ratio(a, b, data_range=1) for a, b in zip(x, x_hat)]))


def ssim(x, x_hat):
    """Mean structural similarity over the images."""
    # pt: """Similaridade estrutural, média sobre as imagens."""
    return float(np.mean([structural_similarity(a, b, data_range=1) for a, b in zip(x, x_hat)]))


rivals = {
    "blank sheet": np.full_like(x_test, 1e-3),  # pt: "folha em branco"
    "noisy": x_test_noisy,  # pt: "com ruído"
    "denoised": x_hat,  # pt: "restaurado"
}
rows = [
    (name, *(text.number(f(x_test[:1000], x[:1000]), ".3f") for f in (binary_accuracy, psnr, ssim)))
    for name, x in rivals.items()
]
text.table(("image", "binary accuracy", "PSNR (dB)", "SSIM"), rows, "One thousand test digits")
# pt: "imagem", "acurácia binária", "Mil dígitos de teste"
# %% [markdown] lang="en"
# Binary accuracy puts the blank sheet near the denoised digits; PSNR and SSIM put a wide gap between them. From here on we use these two.
#
# ## 4. Inside the code
#
# The code of one image is a block of 4 × 4 × 32: thirty-two little maps of 4 × 4, one for each channel. Here they are, for a digit under noise.
# %% [markdown] lang="pt-BR"
# A acurácia binária põe a folha em branco perto dos dígitos restaurados; PSNR e SSIM abrem entre eles uma grande distância. Daqui em diante usamos as duas.
#
# ## 4. Dentro do código
#
# O código de uma imagem é um bloco de 4 × 4 × 32: trinta e dois pequenos mapas de 4 × 4, um por canal. Aqui estão eles, para um dígito com ruído.
# %%
z = encoder.predict(x_test_noisy[:500, ..., None], verbose=0)
fig, axes = plt.subplots(4, 9, figsize=(11, 5))
for ax in axes.flat:
    ax.axis("off")
axes[1, 0].imshow(x_test_noisy[0], vmin=0, vmax=1)
axes[1, 0].set_title("input")
axes[2, 0].imshow(x_hat[0], vmin=0, vmax=1)
axes[2, 0].set_title("output", y=-0.4)
largest = np.abs(z[0]).max()
for channel in range(32):
    axes[channel // 8, 1 + channel % 8].imshow(z[0, :, :, channel], "PuOr_r", vmin=-largest, vmax=largest)
plot.show(
    fig,
    alt="A noisy seven, its clean version, and the 32 channels of its code as maps of 4 by 4 in two colours.",
    # pt: "Um sete com ruído, sua versão limpa e os 32 canais do seu código, mapas de 4 por 4 em duas cores."
)


# %% [markdown] lang="en"
# Orange is positive, purple negative (leaky relu lets a fifth of it through), white is zero. Each map keeps the layout of the image: upper left says something about the upper left of the digit. What a channel stands for is not written anywhere,
# but each answers to its own kind of stroke, and some are almost silent for this image.
#
# How much of the noise gets into the code? We compare two distances: how far noise moves an image, and how far away another digit is. In pixels, then in the code.
# %% [markdown] lang="pt-BR"
# Laranja é positivo, roxo é negativo (a leaky relu deixa passar um quinto), branco é zero. Cada mapa conserva a disposição da imagem: o canto superior esquerdo fala do canto superior esquerdo do dígito. O que um canal representa não está escrito em lugar
# algum, mas cada um responde a um tipo próprio de traço, e alguns quase se calam para esta imagem.
#
# Quanto do ruído entra no código? Comparamos duas distâncias: quanto o ruído desloca uma imagem, e a que distância está outro dígito. Em pixels e, depois, no código.
# %%
def noise_against_neighbour(clean, noisy):
    """How far noise moves something, over how far the next item is away; medians."""
    # pt: """Quanto o ruído desloca algo, sobre a distância até o item seguinte; medianas."""
    clean, noisy = clean.reshape(len(clean), -1), noisy.reshape(len(noisy), -1)
    moved = np.linalg.norm(noisy - clean, axis=1)
    away = np.linalg.norm(clean - np.roll(clean, 1, axis=0), axis=1)
    return float(np.median(moved) / np.median(away))


z_clean = encoder.predict(x_test[:500, ..., None], verbose=0)
claims.check(
    source,
    moved_pixels=noise_against_neighbour(x_test[:500], x_test_noisy[:500]),
    moved_code=noise_against_neighbour(z_clean, z),
)
# %% [markdown] lang="en"
# In pixels, noise moves an image {{ moved_pixels }} times as far as another digit is away; in the code, {{ moved_code }} times. So part of the cleaning is done by the encoder, before anything is drawn, and the rest is left to the decoder.
#
# ## 5. Against the classics, over all noise levels
#
# Before networks, three ideas ruled denoising. Each needs no training set at all:
#
# - the **median filter** replaces a pixel by the median of its neighbourhood;
# - **non-local means** (Buades, Coll and Morel, 2005) averages pixels whose *surroundings* look alike, wherever in the image they are;
# - **wavelets** (Donoho and Johnstone, 1994) split the image into scales, and shrink the small coefficients, which are mostly noise.
#
# A fair comparison gives the rivals their best settings. For every noise level we try several for each filter on *validation* images and keep the one with the best PSNR. One more gift: clipping lifts the mean of the paper
# above 0 (half of the noise is cut off there), which no averaging can know; so each filter may end in a straight line, slope and offset fitted on the same validation images. They are told the noise level as well. The network is told nothing.
# %% [markdown] lang="pt-BR"
# Em pixels, o ruído desloca uma imagem {{ moved_pixels }} vezes a distância até outro dígito; no código, {{ moved_code }} vezes. Logo, parte da limpeza já é feita pelo codificador, antes de qualquer desenho, e o resto fica para o decodificador.
#
# ## 5. Contra os clássicos, em todos os níveis de ruído
#
# Antes das redes, três ideias reinavam na remoção de ruído. Nenhuma precisa de conjunto de treino:
#
# - o **filtro da mediana** troca cada pixel pela mediana da sua vizinhança;
# - as **médias não locais** (Buades, Coll e Morel, 2005) tiram a média de pixels cujos *arredores* se parecem, onde quer que estejam na imagem;
# - as **wavelets** (Donoho e Johnstone, 1994) separam a imagem em escalas e encolhem os coeficientes pequenos, que são quase todos ruído.
#
# Uma comparação justa dá aos rivais o melhor ajuste. Em cada nível de ruído tentamos vários para cada filtro, em imagens de *validação*, e ficamos com o de maior PSNR. Mais um presente: o corte levanta a média do papel
# acima de 0 (metade do ruído é cortada ali), o que média alguma pode saber; por isso cada filtro pode terminar numa reta, com inclinação e deslocamento ajustados nas mesmas imagens de validação. Eles também são informados do nível de ruído. À rede não se diz nada.
# %%
SETTINGS = {
    "median": (disk(1), np.ones((3, 3)), np.ones((5, 5))),  # pt: "median"
    "nlm": ((0.5, 0), (1.2, 0), (0.5, 0.5), (0.9, 0.5)),
    "wavelet": (("sym4", "BayesShrink", 0.7), ("sym4", "VisuShrink", 0.25), ("sym4", "VisuShrink", 0.5),
                ("db1", "VisuShrink", 0.25)),
}  # fmt: skip


def classical(name, images, std, setting):
    """Images through one filter; every setting but the window is relative to the noise."""
    # pt: """Imagens por um filtro; todo ajuste, salvo a janela, é relativo ao ruído."""
    if name == "median":
        return median(images, setting[None])
    if name == "nlm":
        known = {"patch_size": 5, "patch_distance": 6, "h": setting[0] * std, "sigma": setting[1] * std}
        return np.stack([denoise_nl_means(image, fast_mode=True, **known) for image in images])
    wavelet, method, factor = setting
    known = {"sigma": factor * std, "wavelet": wavelet, "method": method}  # pt: "method"
    return np.stack([denoise_wavelet(image, **known) for image in images])


# %%
def tune(name, clean, noisy, std):
    """Setting, slope and offset with the best PSNR on validation images."""
    # pt: """Ajuste, inclinação e deslocamento de melhor PSNR em imagens de validação."""
    trials = []
    for setting in SETTINGS[name]:
        filtered = classical(name, noisy, std, setting)
        slope, offset = np.polyfit(filtered.ravel(), clean.ravel(), 1)
        trials.append((psnr(clean, (slope * filtered + offset).clip(0, 1)), setting, slope, offset))
    return max(trials, key=lambda trial: trial[0])[1:]


def apply_tuned(name, images, std, tuned):
    """Images through a filter with what `tune` found."""
    # pt: """Imagens por um filtro com o que `tune` encontrou."""
    setting, slope, offset = tuned
    return (slope * classical(name, images, std, setting) + offset).clip(0, 1).astype("float32")


# %% [markdown] lang="en"
# Our network was trained at σ = 0.5 only. Will it manage other levels? To find out what an *informed guess* is worth we train a second one, of the same shape, with a random level between `0.1` and `1.0` for every image.
#
# **Predict:** at which noise level do you expect the filters to beat the networks?
# %% [markdown] lang="pt-BR"
# Nossa rede só foi treinada com σ = 0,5. Ela se arranja em outros níveis? Para saber quanto vale a *experiência variada*, treinamos uma segunda, da mesma forma, com um nível sorteado entre `0,1` e `1,0` para cada imagem.
#
# **Arrisque:** em que nível de ruído você espera que os filtros vençam as redes?
# %%
keras.utils.set_random_seed(settings.seed())
all_levels = build_denoiser()[2]
epochs = settings.pick(quick=2, class_=3, full=30)
history_all, seconds_all = train(
    all_levels, x_train, noise_maker(0.1, 1.0), (x_val_noisy, x_val), epochs, batch, peak=5e-3
)
# %%
levels = settings.pick(quick=(0.1, 0.5, 1.0), class_=np.arange(1, 11) / 10, full=np.arange(1, 11) / 10)
few, tuned_on = settings.pick(quick=(8, 4), class_=(100, 24), full=(300, 48))
clean, tuned, scores, spent = x_test[:few], {}, {}, {}
for level in tqdm(levels, file=sys.stdout):
    noisy, noisy_val = add_noise(clean, level, 4), add_noise(x_val[:tuned_on], level, 5)
    mended = {"noisy": noisy, "at 0.5": restore(autoencoder, noisy), "all": restore(all_levels, noisy)}
    # pt: "noisy"
    for name in SETTINGS:
        start = time.perf_counter()
        tuned[name, level] = tune(name, x_val[:tuned_on], noisy_val, level)
        between = time.perf_counter()
        mended[name] = apply_tuned(name, noisy, level, tuned[name, level])
        spent[name, level] = between - start, time.perf_counter() - between
    for name, images in mended.items():
        scores[name, level] = psnr(clean, images), ssim(clean, images)
# %%
labels = {
    "all": "network, all levels",  # pt: "rede, todos os níveis"
    "at 0.5": "network, trained at 0.5",  # pt: "rede, treinada em 0,5"
    "nlm": "non-local means",  # pt: "médias não locais"
    "wavelet": "wavelets",
    "median": "median",  # pt: "median", "mediana"
    "noisy": "noisy image",  # pt: "noisy", "imagem com ruído"
}
fig, axes = plt.subplots(1, 2, figsize=(13, 5.4))
for i, ylabel in enumerate(("PSNR (dB)", "SSIM")):
    for name, style in zip(labels, ("o-", "s-", "^--", "v--", "D--", "x:")):
        axes[i].plot(levels, [scores[name, level][i] for level in levels], style, label=labels[name])
    axes[i].set(xlabel="noise level σ", ylabel=ylabel)  # pt: "nível de ruído σ"
fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
plot.show(
    fig, alt="PSNR and SSIM fall as noise grows; from 0.3 on both networks stay above every filter."
)  # pt: "PSNR e SSIM caem com o ruído; de 0,3 em diante as duas redes ficam acima de todo filtro."


# %%
def lead(network, which, at_least=0.0, at_most=1.0):
    """Smallest lead of a network over the best filter or the noisy image, on these levels."""
    # pt: """Menor vantagem de uma rede sobre o melhor filtro ou a imagem, nestes níveis."""
    others = (*SETTINGS, "noisy")  # pt: "noisy"
    return min(
        scores[network, level][which] - max(scores[name, level][which] for name in others)
        for level in levels
        if at_least <= level <= at_most
    )


claims.check(
    source,
    lead_psnr=lead("at 0.5", 0, at_least=0.3),
    lead_ssim=lead("at 0.5", 1, at_least=0.3),
    lead_all_psnr=lead("all", 0, at_least=0.3),
    lead_all_ssim=lead("all", 1, at_least=0.3),
    lead_faint=lead("at 0.5", 0, at_most=0.1),
    lead_all_faint=lead("all", 0, at_most=0.1),
    gain_all=scores["all", 1.0][0] - scores["at 0.5", 1.0][0],
)


# %% [markdown] lang="en"
# Read the curves from right to left.
#
# - **From 0.3 up both networks beat all three filters**, by at least {{ lead_psnr }} dB and {{ lead_ssim }} of SSIM for the one trained at 0.5, by {{ lead_all_psnr }} dB and {{ lead_all_ssim }} for the other. A filter can only use what is in this one noisy image; the network
#   brings 55,000 digits along.
# - **At 0.1** the lead over the best rival is {{ lead_faint }} dB for the network trained at 0.5 and {{ lead_all_faint }} dB for the one trained at all levels. (A minus sign: the rival is better.) Where there is little to mend, 512 numbers are fewer than 1,024 pixels, and what the code cannot hold is lost,
#   noise or no noise. **With faint noise, take a filter**, at least if the squared error counts; SSIM, which forgives a little softness, sees hardly a difference there.
# - At 1.0 training at all levels is worth {{ gain_all }} dB. Show a network in training what it will meet.
#
# The table for σ = 0.5, with what each method costs. A code takes 4 bytes for each number; filters have no code. Seconds: training, or the search for settings; then the time of one image.
# %% [markdown] lang="pt-BR"
# Leia as curvas da direita para a esquerda.
#
# - **De 0,3 em diante as duas redes vencem os três filtros**, por ao menos {{ lead_psnr }} dB e {{ lead_ssim }} de SSIM a treinada em 0,5, por {{ lead_all_psnr }} dB e {{ lead_all_ssim }} a outra. Um filtro só dispõe do que há nesta única imagem com ruído; a rede
#   traz consigo 55.000 dígitos.
# - **Em 0,1** a vantagem sobre o melhor rival é de {{ lead_faint }} dB para a rede treinada em 0,5 e de {{ lead_all_faint }} dB para a treinada em todos os níveis. (Sinal de menos: o rival é melhor.) Onde há pouco a consertar, 512 números são menos que 1.024 pixels, e o que não cabe no código se perde,
#   com ou sem ruído. **Com ruído fraco, use um filtro**, ao menos se o que conta é o erro quadrático; a SSIM, que perdoa um pouco de maciez, quase não vê diferença ali.
# - Em 1,0, o treino em todos os níveis vale {{ gain_all }} dB. Mostre à rede, no treino, o que ela vai encontrar.
#
# A tabela para σ = 0,5, com o que custa cada método. Um código ocupa 4 bytes por número; filtros não têm código. Segundos: do treino, ou da busca de ajustes; depois, o tempo de uma imagem.
# %%
def milliseconds(model):
    """Time of one image when many are mended together."""
    # pt: """Tempo de uma imagem quando muitas são consertadas juntas."""
    start = time.perf_counter()
    restore(model, x_val_noisy[:2000])
    return 1000 * (time.perf_counter() - start) / len(x_val_noisy[:2000])


def row(name, parameters="–", code="–", seconds=0.0, ms=0.0):
    """One line of the comparison at noise 0.5."""
    # pt: """Uma linha da comparação com ruído 0,5."""
    quality = zip(scores[name, noise_std], (".2f", ".3f"))
    costs = text.number(seconds, ".1f"), text.number(ms, ".2f")
    return labels[name], *(text.number(value, spec) for value, spec in quality), parameters, code, *costs


weights, code_bytes = text.number(autoencoder.count_params(), ",d"), text.number(4 * 512, ",d")
rows = [row("noisy"), *(row(n, "3", "–", spent[n, 0.5][0], 1000 * spent[n, 0.5][1] / few) for n in SETTINGS)]
# pt: "noisy"
for name, model, seconds in (("at 0.5", autoencoder, seconds_digits), ("all", all_levels, seconds_all)):
    rows.append(row(name, weights, code_bytes, seconds, milliseconds(model)))
text.table(
    ("method", "PSNR (dB)", "SSIM", "parameters", "bytes per code", "seconds", "ms per image"),
    # pt: "método", "ms por imagem"
    rows,
    "Test digits, noise 0.5",  # pt: "Dígitos de teste, ruído 0,5"
)
claims.check(source, **{f"psnr_{n.replace('at 0.5', 'F7')}": scores[n, noise_std][0] for n in labels})
# %%
chosen = {name: tuned[name, 0.5] for name in SETTINGS}
few_noisy = x_test_noisy[:8]
plot.image_rows(
    {
        "original": x_test[:8],
        labels["noisy"]: few_noisy,
        **{labels[n]: apply_tuned(n, few_noisy, 0.5, chosen[n]) for n in SETTINGS},
        labels["at 0.5"]: restore(autoencoder, few_noisy),
    },
    alt="Eight digits, noisy, through three filters and through the network: filters leave stains and ragged strokes.",
    # pt: "Oito dígitos, com ruído, por três filtros e pela rede: os filtros deixam manchas e traços esfarrapados."
)


# %% [markdown] lang="en"
# At σ = 0.5 the best filter reaches less than the network's {{ psnr_F7 }} dB: the median {{ psnr_median }}, non-local means {{ psnr_nlm }}, wavelets {{ psnr_wavelet }}, from a noisy image of {{ psnr_noisy }} dB. The filters keep stains where the noise happened to agree with itself; the network knows that paper is
# white. On the other hand they need three numbers and no data, and work on *any* image. Section 6 shows what that is worth.
#
# ### Explore
#
# Move the noise level. Below which σ would you rather keep the noisy image than the network's answer? Find a digit that the network turns into another one.
# %% [markdown] lang="pt-BR"
# Com σ = 0,5, o melhor filtro fica abaixo dos {{ psnr_F7 }} dB da rede: mediana {{ psnr_median }}, médias não locais {{ psnr_nlm }}, wavelets {{ psnr_wavelet }}, a partir de uma imagem com ruído de {{ psnr_noisy }} dB. Os filtros deixam manchas onde o ruído por acaso concordou consigo mesmo; a rede sabe que papel é
# branco. Por outro lado, eles se bastam com três números, sem dados, e servem para *qualquer* imagem. A seção 6 mostra quanto vale isso.
#
# ### Explore
#
# Mova o nível de ruído. Abaixo de que σ você preferiria ficar com a imagem com ruído em vez da resposta da rede? Ache um dígito que a rede transforma em outro.
# %%
def nearest(x, std):
    """Non-local means with the settings of the nearest level."""
    # pt: """Médias não locais com os ajustes do nível mais próximo."""
    level = min(levels, key=lambda known: abs(known - std))
    return apply_tuned("nlm", x, max(std, 0.05), tuned["nlm", level])


explore.denoising.noise(
    {
        labels["nlm"]: nearest,
        "trained at 0.5": lambda x, std: np.asarray(autoencoder(x[..., None]))[..., 0],
        # pt: "treinada em 0,5"
        "all levels": lambda x, std: np.asarray(all_levels(x[..., None]))[..., 0],  # pt: "todos os níveis"
    },
    x_test[:40],
)
# %% [markdown] lang="en"
# ## 6. A denoiser knows only what it was trained on
#
# What does the digit denoiser make of a shoe? For a fair trial we train the *same* network, with the same noise, on clothes (Fashion-MNIST, enlarged to 32 × 32 likewise), and let each of the two mend both kinds of image. To keep the lesson
# short, all networks for clothes learn from a **subset of 12,000 training images** in profile `class`; the median filter joins in with the settings that were tuned on *digits*.
#
# **Predict:** for each of the four pairs (trained on, tested on), better or worse than the median filter?
# %% [markdown] lang="pt-BR"
# ## 6. A rede só conhece aquilo com que foi treinada
#
# O que a rede dos dígitos faz de um sapato? Para um julgamento justo, treinamos a *mesma* rede, com o mesmo ruído, em roupas (Fashion-MNIST, também ampliado para 32 × 32), e cada uma das duas conserta os dois tipos de imagem. Para a aula não se
# alongar, todas as redes de roupas aprendem com um **subconjunto de 12.000 imagens de treino** no perfil `class`; o filtro da mediana concorre com os ajustes feitos para *dígitos*.
#
# **Arrisque:** em cada um dos quatro pares (treinada em, testada em), melhor ou pior que o filtro da mediana?
# %%
fashion = data.mnist.load_fashion()
n_train, n_val = settings.pick(quick=400, class_=12_000, full=60_000), len(fashion.x_train) // 12
clothes_train, y_train = fashion.x_train[:-n_val][:n_train].copy(), fashion.y_train[:-n_val][:n_train]
clothes_val, y_val = fashion.x_train[-n_val:][:1000].copy(), fashion.y_train[-n_val:][:1000]
clothes_test, y_clothes, class_names = fashion.x_test[:1000], fashion.y_test[:1000], fashion.class_names
print(fashion.provenance)
print(
    f"clothes_train {clothes_train.shape}, clothes_val {clothes_val.shape}, clothes_test {clothes_test.shape}"
)
del fashion
# %%
large_train, large_val = enlarge(clothes_train, to_32)[..., None], enlarge(clothes_val, to_32)
keras.utils.set_random_seed(settings.seed())
clothes_denoiser = build_denoiser()[2]
epochs = settings.pick(quick=3, class_=6, full=30)
train(
    clothes_denoiser,
    tf.constant(large_train),
    noise_maker(noise_std, noise_std),
    (add_noise(large_val, noise_std, 6), large_val),
    epochs,
    batch,
    peak=5e-3,
)
large_test = enlarge(clothes_test[:500], to_32)
exchanged = {}
for kind, images in (("digits", x_test[:500]), ("clothes", large_test)):  # pt: "clothes"
    noisy = add_noise(images, noise_std, 7)
    exchanged[kind] = {
        "noisy": psnr(images, noisy),  # pt: "noisy"
        "digits": psnr(images, restore(autoencoder, noisy)),
        "clothes": psnr(images, restore(clothes_denoiser, noisy)),  # pt: "clothes"
        "median": psnr(images, apply_tuned("median", noisy, noise_std, tuned["median", 0.5])),
        # pt: "median", "median"
    }
# %%
names = {
    "noisy": "nothing done",  # pt: "nada feito"
    "median": "median filter, tuned on digits",  # pt: "filtro da mediana, ajustado em dígitos"
    "digits": "network trained on digits",  # pt: "rede treinada em dígitos"
    "clothes": "network trained on clothes",  # pt: "rede treinada em roupas"
}
rows = [
    (name, *(text.number(exchanged[kind][key], ".2f") for kind in exchanged)) for key, name in names.items()
]
text.table(("method", "test digits", "test clothes"), rows, "PSNR in dB, noise 0.5")
# pt: "método", "dígitos de teste", "roupas de teste", "PSNR em dB, ruído 0,5"
claims.check(
    source,
    clothes_noisy=exchanged["clothes"]["noisy"],
    clothes_median=exchanged["clothes"]["median"],
    clothes_by_digits=exchanged["clothes"]["digits"],
    clothes_by_clothes=exchanged["clothes"]["clothes"],
    digits_by_clothes=exchanged["digits"]["clothes"],
    digits_by_digits=exchanged["digits"]["digits"],
)
# %%
firsts = np.array([np.flatnonzero(y_clothes == label)[0] for label in range(10)])
ten = enlarge(clothes_test[firsts], to_32)
ten_noisy = add_noise(ten, noise_std, 8)
plot.image_rows(
    {
        "original": ten,
        "noisy": ten_noisy,  # pt: "com ruído"
        "digit network": restore(autoencoder, ten_noisy),  # pt: "rede dos dígitos"
        "clothes network": restore(clothes_denoiser, ten_noisy),  # pt: "rede das roupas"
    },
    alt="Ten clothes under noise: the digit network answers with fragments of strokes, the clothes network with blurred clothes.",
    # pt: "Dez roupas com ruído: a rede dos dígitos responde com pedaços de traços; a das roupas, com roupas borradas."
)


# %% [markdown] lang="en"
# On clothes the digit network gives {{ clothes_by_digits }} dB, the same network trained on clothes {{ clothes_by_clothes }} dB, the noisy image itself {{ clothes_noisy }} dB, and the median filter {{ clothes_median }} dB. The digit network breaks a pullover
# into strokes: whatever comes in, out comes something made of pen strokes. The reverse holds too: on digits, the network trained on clothes gives {{ digits_by_clothes }} dB where the one trained on digits gives {{ digits_by_digits }}.
#
# Keep the sentence: **a learnt denoiser invents, and it invents from its training data.** It must never be used on medical, scientific or legal images of a kind that it was not trained and tested on; a smooth output is no proof.
#
# ## 7. Clothes, and whether they stay what they are
#
# Clothes are harder than digits: greys, folds, ten shapes. We build a larger pair, with an **encoder of 9 layers and a decoder of 11**, for the original 28 × 28 pixels, and a true bottleneck of 32 numbers. (Counted as Keras counts: an activation may be a layer of its own.) It is trained twice:
# once to give back clean clothes, once to take noise of 0.5 away. The rival for the first task is PCA with as many numbers, for the second our three filters, tuned anew on clothes.
# %% [markdown] lang="pt-BR"
# Nas roupas, a rede dos dígitos dá {{ clothes_by_digits }} dB; a mesma rede treinada em roupas, {{ clothes_by_clothes }} dB; a própria imagem com ruído, {{ clothes_noisy }} dB; e o filtro da mediana, {{ clothes_median }} dB. A rede dos dígitos desfaz um suéter
# em traços: entre o que entrar, sai algo feito de riscos de caneta. O inverso também vale: em dígitos, a rede treinada em roupas dá {{ digits_by_clothes }} dB onde a treinada em dígitos dá {{ digits_by_digits }}.
#
# Guarde a frase: **uma rede que remove ruído inventa, e inventa a partir dos dados de treino.** Nunca a use em imagens médicas, científicas ou periciais de um tipo em que ela não foi treinada e testada; uma saída lisa não prova nada.
#
# ## 7. Roupas, e se continuam a ser o que são
#
# Roupas são mais difíceis que dígitos: cinzas, dobras, dez formas. Montamos um par maior, com **codificador de 9 camadas e decodificador de 11**, para os 28 × 28 pixels originais, e um gargalo de verdade, de 32 números. (Na contagem do Keras, uma ativação pode ser camada própria.) O treino é feito duas vezes:
# uma para devolver roupas limpas, outra para tirar ruído de 0,5. O rival na primeira tarefa é a PCA com o mesmo tanto de números; na segunda, nossos três filtros, reajustados em roupas.
# %%
def build_clothes_encoder(code_size=32):
    """Nine layers: 28 x 28 pixels to a code."""
    # pt: """Nove camadas: de 28 x 28 pixels a um código."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 3, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Conv2D(24, 3, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Conv2D(32, 3, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Flatten(),
            layers.Dense(128, "leaky_relu"),
            layers.Dense(code_size, name="code"),
        ],
        name="encoder",
    )


# %%
def build_clothes_decoder(code_size=32):
    """Eleven layers: a code to 28 x 28 pixels."""
    # pt: """Onze camadas: de um código a 28 x 28 pixels."""
    return keras.Sequential(
        [
            keras.Input((code_size,)),
            layers.Dense(128, "leaky_relu"),
            layers.Dense(7 * 7 * 32, "leaky_relu"),
            layers.Reshape((7, 7, 32)),
            layers.Conv2D(32, 3, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Conv2DTranspose(24, 3, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Conv2DTranspose(8, 3, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Conv2D(1, 3, padding="same"),
            layers.Activation("sigmoid", name="x_hat"),
        ],
        name="decoder",
    )


# %% tags=["nbval-check-output"]
print(len(build_clothes_encoder().layers), len(build_clothes_decoder().layers))


# %%
def unspoilt(x):
    """No damage at all: reconstruction."""
    # pt: """Estrago nenhum: reconstrução."""
    return x, x


clothes_tensor = tf.constant(clothes_train[..., None])
clothes_val_noisy = add_noise(clothes_val, noise_std, 9)
tasks = {
    "reconstruction": (unspoilt, clothes_val),  # pt: "reconstruction"
    "denoising": (noise_maker(noise_std, noise_std), clothes_val_noisy),  # pt: "denoising"
}
epochs = settings.pick(quick=2, class_=6, full=25)
deep, deep_histories, deep_seconds = {}, {}, {}
for task, (damage, val_input) in tasks.items():
    keras.utils.set_random_seed(settings.seed())
    deep[task] = keras.Sequential([build_clothes_encoder(), build_clothes_decoder()])
    deep_histories[task], deep_seconds[task] = train(
        deep[task], clothes_tensor, damage, (val_input, clothes_val), epochs, batch // 2, peak=3e-3
    )
# %%
clothes_noisy = add_noise(clothes_test, noise_std, 10)
rebuilt = restore(deep["reconstruction"], clothes_test)
denoised = restore(deep["denoising"], clothes_noisy)
plot.history(
    {"reconstruction": deep_histories["reconstruction"], "denoising": deep_histories["denoising"]},
    # pt: "reconstrução", "remoção de ruído"
    ylabel="binary cross-entropy",
    alt="Both losses fall and flatten; denoising stays above reconstruction.",
    # pt: "Os dois custos caem e se estabilizam; o da remoção de ruído fica acima do da reconstrução."
)
plot.image_rows(
    {
        "original": clothes_test[firsts],
        "reconstruction": rebuilt[firsts],  # pt: "reconstrução"
        "noisy": clothes_noisy[firsts],  # pt: "com ruído"
        "denoised": denoised[firsts],  # pt: "restaurado"
    },
    alt="One piece of clothing of each class: original, reconstruction, noisy, denoised; shapes stay, prints and folds fade.",
    # pt: "Uma peça de cada classe: original, reconstrução, com ruído, restaurada; as formas ficam, estampas e dobras somem."
)
# %% [markdown] lang="en"
# Each garment seems to remain what it was. *Seems* is not enough, so a **judge** is needed: a small classifier, trained on the same 12,000 *clean* clothes with their labels. It says which class it sees in the original and which in the
# reconstruction; we count how often the two agree. (The judge errs too; that is why its accuracy on the originals is in the table.)
# %% [markdown] lang="pt-BR"
# Cada peça parece continuar a ser o que era. *Parece* não basta; falta um **juiz**: um pequeno classificador, treinado nas mesmas 12.000 roupas *limpas* com seus rótulos. Ele diz que classe vê no original e que classe vê na
# reconstrução; contamos quantas vezes as duas coincidem. (O juiz também erra; por isso a tabela traz a sua acurácia nos originais.)
# %%
keras.utils.set_random_seed(settings.seed())
judge = keras.Sequential(
    [
        keras.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(256, "relu"),
        layers.Dropout(0.3),
        layers.Dense(10),
    ]
)
judge.compile(
    keras.optimizers.Adam(1e-3),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
judge.fit(clothes_train, y_train, 100, epochs=settings.pick(quick=8, class_=10, full=15), verbose=0,
          validation_data=(clothes_val, y_val))  # fmt: skip
# %%
flat_train, flat_test = (x.reshape(len(x), -1) for x in (clothes_train, clothes_test))
start = time.perf_counter()
pca = PCA(32, random_state=settings.seed()).fit(flat_train)
costs = {"pca": (784 * 33, 4 * 32, time.perf_counter() - start)}
from_pca = pca.inverse_transform(pca.transform(flat_test)).clip(0, 1)
shown = {"original": clothes_test, "pca": from_pca.reshape(clothes_test.shape).astype("float32")}
shown |= {"rebuilt": rebuilt, "noisy": clothes_noisy}  # pt: "noisy"
for name in SETTINGS:
    start = time.perf_counter()
    found = tune(name, clothes_val[:tuned_on], clothes_val_noisy[:tuned_on], noise_std)
    costs[name] = 3, 0, time.perf_counter() - start
    shown[name] = apply_tuned(name, clothes_noisy, noise_std, found)
shown["denoised"] = denoised
for name, task in (("rebuilt", "reconstruction"), ("denoised", "denoising")):
    # pt: "reconstruction", "denoised", "denoising"
    costs[name] = deep[task].count_params(), 4 * 32, deep_seconds[task]
verdicts = {name: judge.predict_on_batch(images).argmax(axis=1) for name, images in shown.items()}
kept = {name: np.mean(verdict == verdicts["original"]) for name, verdict in verdicts.items()}
right = {name: np.mean(verdict == y_clothes) for name, verdict in verdicts.items()}
# %%
names = labels | {
    "original": "original",
    "pca": "PCA, 32 numbers",  # pt: "PCA, 32 números"
    "noisy": "noisy",  # pt: "noisy", "com ruído"
    "rebuilt": "reconstruction",  # pt: "reconstrução"
    "denoised": "denoised",  # pt: "denoised", "restaurada"
}
quality = {name: (psnr(clothes_test, images), ssim(clothes_test, images))
           for name, images in shown.items() if name != "original"}  # fmt: skip
rows = []
for key in shown:
    cells = zip(quality.get(key, (0, 0)), (".2f", ".3f"))
    cells = [
        *cells,
        (right[key], ".1%"),
        (kept[key], ".1%"),
        *zip(costs.get(key, (0, 0, 0)), (",d", ",d", ".1f")),
    ]
    rows.append((names[key], *(text.number(value, spec) if value else "–" for value, spec in cells)))
# %%
header = (
    "image",  # pt: "imagem"
    "PSNR (dB)",
    "SSIM",
    "judge is right",  # pt: "juiz acerta"
    "class kept",  # pt: "classe mantida"
    "parameters",
    "bytes per code",
    "seconds",
)
text.table(header, rows, 'Test clothes; noise 0.5 from the row "noisy" on')
# pt: 'Roupas de teste; ruído 0,5 da linha "com ruído" em diante'
claims.check(
    source,
    judge_original=right["original"],
    judge_denoised=right["denoised"],
    **{f"kept_{name}": kept[name] for name in ("noisy", "nlm", "pca", "rebuilt", "denoised")},
    # pt: "noisy", "denoised"
    **{f"F11_{name}": quality[name][0] for name in ("nlm", "pca", "rebuilt", "denoised")},  # pt: "denoised"
)
# %% [markdown] lang="en"
# **Reconstruction.** From 32 numbers the network rebuilds clothes at {{ F11_rebuilt }} dB, PCA at {{ F11_pca }} dB. The class is kept in {{ kept_rebuilt }} of the cases by the network and in {{ kept_pca }} by PCA: whoever only wants the class, gains little over PCA (one percentage point is ten garments).
# On originals the judge itself is right in {{ judge_original }}.
#
# **Denoising.** In noisy images the judge sees the class of the original in only {{ kept_noisy }}, after non-local means in {{ kept_nlm }}, after the network in {{ kept_denoised }} ({{ F11_nlm }} and {{ F11_denoised }} dB); it names {{ judge_denoised }} correctly, though it never saw noise. And yet the *small* network of section 6,
# with a code of 512 numbers, reached {{ clothes_by_clothes }} dB (on enlarged images, which are a little easier). Many times as many parameters do not make up for a narrow code: for denoising alone, a bottleneck is a cost; it pays when the code itself is wanted.
#
# Which classes get lost?
# %% [markdown] lang="pt-BR"
# **Reconstrução.** Com 32 números, a rede refaz roupas a {{ F11_rebuilt }} dB; a PCA, a {{ F11_pca }} dB. A classe se mantém em {{ kept_rebuilt }} dos casos com a rede e em {{ kept_pca }} com a PCA: quem só quer a classe pouco ganha em relação à PCA (um ponto percentual são dez peças).
# Nos originais, o próprio juiz acerta {{ judge_original }}.
#
# **Remoção de ruído.** Nas imagens com ruído o juiz só vê a classe do original em {{ kept_noisy }}; depois das médias não locais, em {{ kept_nlm }}; depois da rede, em {{ kept_denoised }} ({{ F11_nlm }} e {{ F11_denoised }} dB); ele acerta {{ judge_denoised }}, embora nunca tenha visto ruído. E, no entanto, a rede *pequena* da seção 6,
# com um código de 512 números, chegou a {{ clothes_by_clothes }} dB (em imagens ampliadas, um pouco mais fáceis). Muitas vezes mais parâmetros não compensam um código estreito: só para remover ruído, o gargalo é um custo; ele compensa quando se quer o próprio código.
#
# Que classes se perdem?
# %%
fig, ax = plt.subplots(figsize=(11, 4.6))
places = np.arange(10)
for shift, key in ((-0.2, "rebuilt"), (0.2, "denoised")):  # pt: "denoised"
    same = verdicts[key] == verdicts["original"]
    shares = [100 * same[verdicts["original"] == label].mean() for label in places]
    ax.bar(places + shift, shares, 0.38, label=names[key])
ax.set_xticks(places, class_names, rotation=30, ha="right")
ax.set(ylabel="class kept (%)", ylim=(0, 100))  # pt: "classe mantida (%)"
ax.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, 1.2), ncols=2)
plot.show(fig, alt="Share of each class that is kept: high for trousers, bags and boots, lowest for shirts.")
# pt: "Parcela de cada classe que se mantém: alta em calças, bolsas e botas, menor em camisas."
# %% [markdown] lang="en"
# Shirts, pullovers and coats have the same outline; a collar or a row of buttons tells them apart, and that is just what the noise hides and the mean of many garments blurs. **A restoration can look fine and lose what matters.** Ask what the image is for.
#
# ## 8. Other damage, the same method
#
# Nothing in the method knows that the damage is noise. Change the function that spoils the batch, and the same training loop fills holes or doubles the resolution.
#
# ### A missing square
#
# We cut a square of 10 × 10 pixels out of each digit, at a random place, and paint it grey (in white or black it could be mistaken for paper or ink). The network of section 2 starts from the weights it has: drawing digits is a skill that need not be learnt twice.
# Only the hole is taken from its answer; the pixels around it are known and stay.
#
# The rivals: filling in the **mean** of the training digits at that place, and scikit-image's **biharmonic** inpainting, which spans the smoothest membrane over the hole.
# %% [markdown] lang="pt-BR"
# Camisas, suéteres e casacos têm a mesma silhueta; quem os distingue é uma gola ou uma fila de botões, justamente o que o ruído esconde e a média de muitas peças borra. **Uma restauração pode parecer boa e perder o que importa.** Pergunte para que serve a imagem.
#
# ## 8. Outro estrago, o mesmo método
#
# Nada no método sabe que o estrago é ruído. Troque a função que estraga o lote, e o mesmo laço de treino preenche buracos ou dobra a resolução.
#
# ### Um quadrado que falta
#
# Recortamos de cada dígito um quadrado de 10 × 10 pixels, em lugar sorteado, e o pintamos de cinza (em branco ou preto, ele passaria por papel ou tinta). A rede da seção 2 parte dos pesos que já tem: desenhar dígitos é uma habilidade que não é preciso aprender duas vezes.
# Só o buraco é tirado da sua resposta; os pixels em volta são conhecidos e ficam.
#
# Os rivais: preencher com a **média** dos dígitos de treino naquele lugar, e o preenchimento **biarmônico** do scikit-image, que estende sobre o buraco a membrana mais lisa.
# %%
HOLE = 10


def random_squares(n):
    """`n` masks of 32 x 32 pixels: one square each, at least five pixels off the border."""
    # pt: """`n` máscaras de 32 x 32 pixels: um quadrado em cada, a cinco pixels ou mais da borda."""
    corner = tf.random.uniform((n, 2), 5, 32 - 5 - HOLE + 1, tf.int32)
    place = tf.range(32) - corner[:, :, None]
    inside = (place >= 0) & (place < HOLE)
    return (inside[:, 0, :, None] & inside[:, 1, None, :])[..., None]


def cut_hole(x):
    """Batches as (with a grey square, whole)."""
    # pt: """Lotes como (com um quadrado cinza, inteiro)."""
    return tf.where(random_squares(tf.shape(x)[0]), 0.5, x), x


# %%
keras.utils.set_random_seed(settings.seed())
filler = build_denoiser()[2]
filler.set_weights(autoencoder.get_weights())
part = x_train[: settings.pick(quick=600, class_=30_000, full=55_000)]
val_holes = np.array(cut_hole(x_val[:1000, ..., None])[0][..., 0])
epochs = settings.pick(quick=2, class_=3, full=30)
train(filler, part, cut_hole, (val_holes, x_val), epochs, batch, peak=4e-3)

whole = x_test[: settings.pick(quick=10, class_=200, full=500)]
masks = random_squares(len(whole)).numpy()[..., 0]
holed = np.where(masks, np.float32(0.5), whole)
filled = {
    "mean": np.where(masks, np.mean(x_train, axis=0)[..., 0], whole),
    "biharmonic": np.stack([inpaint_biharmonic(image, mask) for image, mask in zip(holed, masks)]),
    # pt: "biharmonic"
    "network": np.where(masks, restore(filler, holed), whole),  # pt: "network"
}
hole_errors = {name: np.mean((images - whole)[masks] ** 2) for name, images in filled.items()}
# %%
plot.image_rows(
    {
        "original": whole[:10],
        "with a hole": holed[:10],  # pt: "com buraco"
        "mean digit": filled["mean"][:10],  # pt: "dígito médio"
        "biharmonic": filled["biharmonic"][:10].clip(0, 1),  # pt: "biarmônico"
        "network": filled["network"][:10],  # pt: "rede"
    },
    alt="Ten digits with a grey square, filled in three ways: the mean is a cloud, the membrane a smear, the network continues the strokes.",
    # pt: "Dez dígitos com um quadrado cinza, preenchidos de três modos: a média é uma nuvem, a membrana um borrão, a rede continua os traços."
)
claims.check(source, **{f"hole_{name}": error for name, error in hole_errors.items()})


# %% [markdown] lang="en"
# Squared error inside the hole: mean digit {{ hole_mean }}, biharmonic {{ hole_biharmonic }}, network {{ hole_network }}. The membrane knows only the rim; the network knows that a loop which leaves the square on one side and returns on the other is probably closed.
#
# ### Twice the resolution
#
# Shrink a garment from 28 × 28 to 14 × 14 (each pixel the mean of four) and ask for the original. The rival is **bicubic** interpolation, which every image program offers. The network needs no bottleneck, since copying does not help: a few convolutions at 14 × 14, one transposed convolution that doubles.
#
# **Predict:** the network saw the shapes of 12,000 clothes. By how many decibels will it lead?
# %% [markdown] lang="pt-BR"
# Erro quadrático dentro do buraco: dígito médio {{ hole_mean }}, biarmônico {{ hole_biharmonic }}, rede {{ hole_network }}. A membrana só conhece a borda; a rede sabe que uma curva que sai do quadrado de um lado e volta do outro provavelmente se fecha.
#
# ### O dobro da resolução
#
# Encolha uma roupa de 28 × 28 para 14 × 14 (cada pixel, a média de quatro) e peça o original. O rival é a interpolação **bicúbica**, que todo programa de imagens oferece. A rede não precisa de gargalo, pois copiar não adianta: algumas convoluções em 14 × 14 e uma convolução transposta que dobra o tamanho.
#
# **Arrisque:** a rede viu as formas de 12.000 roupas. Quantos decibéis de vantagem ela terá?
# %%
def shrink(x):
    """Batches as (half the size, original)."""
    # pt: """Lotes como (metade do tamanho, original)."""
    return tf.nn.avg_pool2d(x, 2, 2, "VALID"), x


def build_enlarger(filters=24):
    """14 x 14 pixels to 28 x 28."""
    # pt: """De 14 x 14 pixels a 28 x 28."""
    return keras.Sequential(
        [
            keras.Input((14, 14, 1)),
            layers.Conv2D(filters, 5, padding="same", activation="leaky_relu"),
            layers.Conv2D(filters, 3, padding="same", activation="leaky_relu"),
            layers.Conv2DTranspose(filters // 2, 4, strides=2, padding="same", activation="leaky_relu"),
            layers.Conv2D(1, 3, padding="same", activation="sigmoid", name="x_hat"),
        ]
    )


# %%
keras.utils.set_random_seed(settings.seed())
enlarger = build_enlarger()
small_val, small_test = (np.array(shrink(x[..., None])[0][..., 0]) for x in (clothes_val, clothes_test))
epochs = settings.pick(quick=3, class_=6, full=30)
train(enlarger, clothes_tensor, shrink, (small_val, clothes_val), epochs, batch // 2, peak=4e-3)
bicubic = enlarge(small_test, enlarging_matrix(14, 28, order=3)).clip(0, 1)
sharper = restore(enlarger, small_test)
claims.check(
    source,
    bicubic_psnr=psnr(clothes_test, bicubic),
    enlarger_psnr=psnr(clothes_test, sharper),
    bicubic_ssim=ssim(clothes_test, bicubic),
    enlarger_ssim=ssim(clothes_test, sharper),
)
# %%
plot.image_rows(
    {
        "original": clothes_test[firsts[:8]],
        "14 × 14": np.kron(small_test[firsts[:8]], np.ones((1, 2, 2))),
        "bicubic": bicubic[firsts[:8]],  # pt: "bicúbica"
        "network": sharper[firsts[:8]],  # pt: "rede"
    },
    alt="Eight clothes, shrunk to 14 by 14, enlarged by bicubic interpolation and by the network, which keeps edges crisper.",
    # pt: "Oito roupas, reduzidas a 14 por 14, ampliadas por interpolação bicúbica e pela rede, que mantém bordas mais nítidas."
)
# %% [markdown] lang="en"
# Bicubic interpolation reaches {{ bicubic_psnr }} dB (SSIM {{ bicubic_ssim }}), the network {{ enlarger_psnr }} dB ({{ enlarger_ssim }}). It sharpens edges, and its parameters are few. It brings no detail back that four pixels had in common and lost: what looks like detail is a well-informed guess.
#
# ## 9. Saving the halves
#
# Encoder and decoder go into files of their own in the `.keras` format; `safe_mode=True` refuses files that would run code. Loaded again, they must give the same images, bit for bit.
# %% [markdown] lang="pt-BR"
# A interpolação bicúbica chega a {{ bicubic_psnr }} dB (SSIM {{ bicubic_ssim }}); a rede, a {{ enlarger_psnr }} dB ({{ enlarger_ssim }}). Ela deixa as bordas mais nítidas, com poucos parâmetros. Detalhe que quatro pixels tinham e perderam na média não volta: o que parece detalhe é um palpite bem informado.
#
# ## 9. Salvar as metades
#
# Codificador e decodificador vão para arquivos próprios, no formato `.keras`; `safe_mode=True` recusa arquivos que executariam código. Carregados de novo, têm de dar as mesmas imagens, bit a bit.
# %%
work = settings.run_folder()
print(settings.relative(work))
encoder.save(work / "encoder.keras")
decoder.save(work / "decoder.keras")


def load_and_restore(folder, damaged):
    """Images mended by the saved halves."""
    # pt: """Imagens consertadas pelas metades salvas."""
    first = keras.models.load_model(folder / "encoder.keras", safe_mode=True)
    second = keras.models.load_model(folder / "decoder.keras", safe_mode=True)
    return second.predict_on_batch(first.predict_on_batch(damaged[..., None]))[..., 0]


# %% tags=["nbval-check-output"]
in_memory = autoencoder.predict_on_batch(x_test_noisy[:100, ..., None])[..., 0]
print(np.array_equal(load_and_restore(work, x_test_noisy[:100]), in_memory))
# %% [markdown] lang="en"
# ## Check yourself
#
# Answer first, then open.
#
# **1.** The code of our first network has half as many numbers as the image has pixels. Why does it not simply learn to copy?
#
# <details><summary>Answer</summary>Because a copy is punished: the input is noisy, the target clean. Only who separates digit from noise gets a small loss. The damage takes the place of a narrow bottleneck.</details>
#
# **2.** A colleague reports a binary accuracy of 0.74 for a denoiser of MNIST enlarged to 32 × 32, and is disappointed. What do you say?
#
# <details><summary>Answer</summary>That even the clean image itself would hardly do better: grey targets can never equal a rounded output. Ask for PSNR or SSIM, beside the noisy image and a filter.</details>
#
# **3.** Why are the restored strokes soft, although every training target was sharp?
#
# <details><summary>Answer</summary>Cross-entropy and squared error are smallest at the mean of all clean images that fit the noisy one. Where the place of an edge is uncertain, the mean of its possible places is a ramp.</details>
#
# **4.** At a noise level of 0.1, why can a simple filter, or even doing nothing, beat a network that wins by far at 0.5?
#
# <details><summary>Answer</summary>There is little to mend, and the network sends everything through its code, which loses fine detail with or without noise. Its error has a floor; the filter's error goes to zero with the noise.</details>
#
# **5.** In the pipeline we wrote `repeat()` before the noise. What would happen in the other order, and why is it hard to notice?
#
# <details><summary>Answer</summary>In each epoch the same random numbers would start again: noise that repeats can be learnt by heart. The training loss would look a little better, not worse; only held-out images tell.</details>
#
# **6.** A clinic wants to use your denoiser, trained on X-rays of hands, for X-rays of lungs. The results look smooth and sharp. Your answer?
#
# <details><summary>Answer</summary>No. It completes what it sees from what it was trained on, as the digit network drew strokes into pullovers. A plausible image is no evidence; it must be trained and tested on lungs, and judged by what a doctor needs to see.</details>
# %% [markdown] lang="pt-BR"
# ## Teste-se
#
# Responda primeiro, abra depois.
#
# **1.** O código da nossa primeira rede tem metade dos números que a imagem tem de pixels. Por que ela não aprende simplesmente a copiar?
#
# <details><summary>Resposta</summary>Porque a cópia é punida: a entrada tem ruído, o alvo é limpo. Só quem separa dígito de ruído obtém custo pequeno. O estrago faz o papel do gargalo estreito.</details>
#
# **2.** Uma colega informa acurácia binária de 0,74 para uma rede que limpa o MNIST ampliado para 32 × 32 e está desapontada. O que você diz?
#
# <details><summary>Resposta</summary>Que nem a própria imagem limpa faria muito melhor: alvos cinza nunca são iguais a uma saída arredondada. Peça PSNR ou SSIM, ao lado da imagem com ruído e de um filtro.</details>
#
# **3.** Por que os traços restaurados são macios, se todo alvo de treino era nítido?
#
# <details><summary>Resposta</summary>Entropia cruzada e erro quadrático são mínimos na média de todas as imagens limpas compatíveis com a imagem com ruído. Onde o lugar de uma borda é incerto, a média dos lugares possíveis é uma rampa.</details>
#
# **4.** Com ruído de 0,1, por que um filtro simples, ou até não fazer nada, pode vencer uma rede que ganha de longe em 0,5?
#
# <details><summary>Resposta</summary>Há pouco a consertar, e a rede passa tudo pelo seu código, que perde detalhe fino com ou sem ruído. O erro dela tem um piso; o do filtro vai a zero junto com o ruído.</details>
#
# **5.** No caminho dos dados escrevemos `repeat()` antes do ruído. O que aconteceria na outra ordem, e por que é difícil perceber?
#
# <details><summary>Resposta</summary>A cada época recomeçariam os mesmos números aleatórios: ruído que se repete pode ser decorado. O custo de treino pareceria um pouco melhor, não pior; só imagens reservadas denunciam.</details>
#
# **6.** Uma clínica quer usar a sua rede, treinada em radiografias de mãos, em radiografias de pulmões. Os resultados parecem lisos e nítidos. Sua resposta?
#
# <details><summary>Resposta</summary>Não. Ela completa o que vê com aquilo em que foi treinada, como a rede dos dígitos riscou traços em suéteres. Imagem plausível não é prova; é preciso treinar e testar em pulmões e julgar pelo que o médico precisa ver.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# The cell below each exercise checks your answer at once; `check.psnr.hint()` (with the name of the check) gives a hint, and a plainer one the next time.
#
# ### Exercise 1: PSNR by hand
#
# Write a function `my_psnr(x, x_hat)` for a whole stack of images of shape `(n, height, width)` with values in [0, 1], without a loop over the images: one MSE an image, one PSNR an image, their mean. It must agree with scikit-image's.
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# A célula abaixo de cada exercício verifica a resposta na hora; `check.psnr.hint()` (com o nome da verificação) dá uma dica, e uma mais clara na vez seguinte.
#
# ### Exercício 1: PSNR à mão
#
# Escreva uma função `my_psnr(x, x_hat)` para uma pilha de imagens de forma `(n, altura, largura)` com valores em [0, 1], sem laço sobre as imagens: um MSE por imagem, um PSNR por imagem, a média deles. Deve concordar com o do scikit-image.
# %% exercise="1" role="answer"
my_psnr = None
### BEGIN SOLUTION


def my_psnr(x, x_hat):
    """Mean over the images of 10 log10(1 / MSE), in dB."""
    # pt: """Média sobre as imagens de 10 log10(1 / MSE), em dB."""
    errors = ((x.astype("float64") - x_hat) ** 2).mean(axis=(1, 2))
    return float(np.mean(-10 * np.log10(errors)))


### END SOLUTION
# %% exercise="1" role="check"
from exercises import denoising as check

check.psnr(my_psnr, x_test[:100], x_test_noisy[:100])
# check.psnr.hint()
if check.psnr.done:
    print("scikit-image:", text.number(psnr(x_test[:100], x_test_noisy[:100]), ".4f"))  # pt: "scikit-image:"
    print("my_psnr:     ", text.number(my_psnr(x_test[:100], x_test_noisy[:100]), ".4f"))
# %% [markdown] lang="en"
# ### Exercise 2: salt and pepper
#
# Dust and dead pixels make another noise: a share of the pixels, each chosen at random, becomes 0 or 1 with equal chance; the others stay. Write a function `salt_and_pepper(x, share, seed)`. The cell
# below then spoils test digits with shares from `0.02` to `0.4` and compares the median filter (window of 3) with our network, which never saw such noise. Which one would you take, and does the answer depend on the share as it depended on σ in section 5?
# %% [markdown] lang="pt-BR"
# ### Exercício 2: sal e pimenta
#
# Poeira e pixels mortos fazem outro ruído: uma parcela dos pixels, sorteados um a um, vira 0 ou 1 com igual chance; os outros ficam. Escreva uma função `salt_and_pepper(x, share, seed)`. A célula
# de baixo estraga então dígitos de teste com parcelas de `0,02` a `0,4` e compara o filtro da mediana (janela de 3) com a nossa rede, que nunca viu esse ruído. Qual você escolheria, e a resposta depende da parcela como dependia de σ na seção 5?
# %% exercise="2" role="answer"
salt_and_pepper = None
### BEGIN SOLUTION


def salt_and_pepper(x, share, seed=0):
    """Images in which `share` of the pixels became 0 or 1."""
    # pt: """Imagens em que uma parcela `share` dos pixels virou 0 ou 1."""
    rng = np.random.default_rng(seed)
    hit = rng.random(x.shape) < share
    return np.where(hit, rng.integers(0, 2, x.shape), x).astype("float32")


### END SOLUTION
# %% exercise="2" role="check"
check.pepper(salt_and_pepper)
# check.pepper.hint()
if check.pepper.done:
    for share in (0.02, 0.1, 0.2, 0.4):
        peppered = np.asarray(salt_and_pepper(x_test[:200], share, 0), "float32")
        answers = {
            labels["median"]: median(peppered, np.ones((1, 3, 3))),
            labels["at 0.5"]: restore(autoencoder, peppered),
        }
        texts = [f"{name} {text.number(psnr(x_test[:200], x), '.2f')} dB" for name, x in answers.items()]
        print(text.number(share, ".2f"), *texts, sep="  ")
# %% [markdown] lang="en"
# ### Exercise 3: twice is better?
#
# If denoising is good, denoising the denoised image should be better. Put the network's answer into the network again, store the result in `twice`, and compare. Explain what you see with the kind of input the network was trained on.
# %% [markdown] lang="pt-BR"
# ### Exercício 3: duas vezes é melhor?
#
# Se remover ruído é bom, repetir a dose na imagem restaurada deveria ser melhor. Ponha a resposta da rede de novo na rede, guarde o resultado em `twice` e compare. Explique o que vê pelo tipo de entrada com que a rede foi treinada.
# %% exercise="3" role="answer"
once, twice = restore(autoencoder, x_test_noisy[:500]), None
### BEGIN SOLUTION
twice = restore(autoencoder, once)
# The second input is soft and free of noise: nothing like it stood in the training. The network
# still takes away the noise it expects, and takes parts of the strokes instead.
# pt: A segunda entrada é macia e sem ruído: nada parecido havia no treino. A rede continua a descontar
# pt: o ruído que espera e, em vez dele, tira pedaços dos traços.
### END SOLUTION
# %% exercise="3" role="check"
check.twice(twice, autoencoder, x_test_noisy[:500], x_test[:500])
# check.twice.hint()
if check.twice.done:
    print([text.number(psnr(x_test[:500], images), ".2f") for images in (once, twice)])
# %% [markdown] lang="en"
# ## Summary
#
# - Damage the input, keep the target: a denoising autoencoder learns without labels, and without a narrow bottleneck.
# - Fresh noise in every batch; validation with one fixed noise; test images once.
# - Binary accuracy cannot be right about grey. PSNR and SSIM can, but look at the images and ask what they are for.
# - From medium noise on the network beats tuned filters, because it knows the data; with faint noise the filters win, because its code loses detail.
# - Outside its training data it invents. The classical filters do not.
# - Holes and lost resolution are damage like any other: change one function.
#
# ## References
#
# - P. Vincent, H. Larochelle, Y. Bengio, P.-A. Manzagol, *Extracting and composing robust features with denoising autoencoders*, ICML, 2008.
# - J. W. Tukey, *Exploratory Data Analysis*, Addison-Wesley, 1977 (running medians).
# - A. Buades, B. Coll, J.-M. Morel, *A non-local algorithm for image denoising*, CVPR, 2005.
# - D. L. Donoho, I. M. Johnstone, *Ideal spatial adaptation by wavelet shrinkage*, Biometrika 81, 1994 (VisuShrink).
# - S. G. Chang, B. Yu, M. Vetterli, *Adaptive wavelet thresholding for image denoising and compression*, IEEE Transactions on Image Processing 9, 2000 (BayesShrink).
# - Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, *Image quality assessment: from error visibility to structural similarity*, IEEE Transactions on Image Processing 13, 2004.
# - S. B. Damelin, N. S. Hoang, *On surface completion and image inpainting by biharmonic functions: numerical aspects*, International Journal of Mathematics and Mathematical Sciences, 2018.
# - S. van der Walt and others, *scikit-image: image processing in Python*, PeerJ 2, 2014.
#
# Next: lesson 05, where a large reconstruction error is good news: it finds abnormal heart beats. Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - Estrague a entrada, guarde o alvo: o autoencoder que remove ruído aprende sem rótulos e sem gargalo estreito.
# - Ruído novo a cada lote; validação com um ruído fixo; imagens de teste uma única vez.
# - A acurácia binária não tem como acertar no cinza. PSNR e SSIM têm, mas olhe as imagens e pergunte para que servem.
# - A partir de ruído médio, a rede vence filtros bem ajustados, porque conhece os dados; com ruído fraco vencem os filtros, porque o código dela perde detalhe.
# - Fora dos dados de treino, ela inventa. Os filtros clássicos, não.
# - Buracos e resolução perdida são estragos como os outros: troque uma função.
#
# ## Referências
#
# - P. Vincent, H. Larochelle, Y. Bengio, P.-A. Manzagol, *Extracting and composing robust features with denoising autoencoders*, ICML, 2008.
# - J. W. Tukey, *Exploratory Data Analysis*, Addison-Wesley, 1977 (medianas móveis).
# - A. Buades, B. Coll, J.-M. Morel, *A non-local algorithm for image denoising*, CVPR, 2005.
# - D. L. Donoho, I. M. Johnstone, *Ideal spatial adaptation by wavelet shrinkage*, Biometrika 81, 1994 (VisuShrink).
# - S. G. Chang, B. Yu, M. Vetterli, *Adaptive wavelet thresholding for image denoising and compression*, IEEE Transactions on Image Processing 9, 2000 (BayesShrink).
# - Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, *Image quality assessment: from error visibility to structural similarity*, IEEE Transactions on Image Processing 13, 2004.
# - S. B. Damelin, N. S. Hoang, *On surface completion and image inpainting by biharmonic functions: numerical aspects*, International Journal of Mathematics and Mathematical Sciences, 2018.
# - S. van der Walt e outros, *scikit-image: image processing in Python*, PeerJ 2, 2014.
#
# A seguir: a aula 05, em que um erro de reconstrução grande é boa notícia: ele acha batimentos cardíacos anormais. Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
