# %% [markdown] lang="en"
# # Denoising autoencoders: removing noise and repairing images
#
# [Open in Colab]({{ colab }}) · Lesson 04 · reading: {{ reading_minutes }} min · running: {{ minutes.class }} min
# (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# Suppose a photograph is noisy, has a hole or is too small. Can a network restore it? Does it do better than a classical filter? And when should you not trust the result?
#
# **After this lesson you can**
#
# - train a convolutional autoencoder to remove noise, with new noise in every batch;
# - explain why binary accuracy is misleading for grey images, and use PSNR and SSIM instead;
# - compare a network with the median filter, non-local means and wavelets over ten noise levels;
# - display and interpret a latent code of 4 × 4 × 32 numbers;
# - show with numbers that a denoiser gets worse on images unlike its training data.
#
# **Prerequisites:** lesson 02 (loss function, training, validation). You should have seen convolutions before; section 2 recalls them.
#
# **You will need:** a computer with Python {{ python }}, or a free Colab account. No GPU, no files from other lessons.
# %% [markdown] lang="pt-BR"
# # Autoencoders para remoção de ruído e restauração de imagens
#
# [Abrir no Colab]({{ colab }}) · Aula 04 · leitura: {{ reading_minutes }} min · execução: {{ minutes.class }} min
# (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# Imagine uma foto com ruído, com uma falha ou pequena demais. Uma rede consegue restaurá-la? Ela faz isso melhor que um filtro clássico? E quando não se deve confiar no resultado?
#
# **Ao final desta aula você saberá**
#
# - treinar um autoencoder convolucional para remover ruído, com ruído novo a cada lote;
# - explicar por que a acurácia binária engana em imagens em tons de cinza e usar PSNR e SSIM no lugar dela;
# - comparar uma rede com o filtro da mediana, as médias não locais e as wavelets em dez níveis de ruído;
# - visualizar e interpretar um código latente de 4 × 4 × 32 números;
# - mostrar com números que a rede piora em imagens diferentes das de treino.
#
# **Pré-requisitos:** aula 02 (função de custo, treino, validação). Convém já ter visto convoluções; a seção 2 faz uma revisão.
#
# **Você vai precisar de:** um computador com Python {{ python }}, ou uma conta gratuita no Colab. Não é preciso GPU nem arquivos de outras aulas.
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("04_denoising")
# %% [markdown] lang="en"
# If every line of the table says *ok*, continue with the imports. Otherwise the last column of the table says what to type.
# %% [markdown] lang="pt-BR"
# Se todas as linhas da tabela mostram *ok*, continue com as importações. Caso contrário, a última coluna da tabela mostra o que digitar.
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
# ## 1. Training on corrupted inputs
#
# An autoencoder with enough capacity can simply copy its input. Lessons 01 and 02 prevented this with a small code or with a penalty on the code. A **denoising autoencoder** does it in a third way: it receives a corrupted image and has to output the clean one. Copying the input now gives a large loss.
#
# ```text
# clean image x ──► add noise ──► noisy image x̃ ──► encoder f ──► code z ──► decoder g ──► output x̂
#       │                                                                                      │
#       └────────────────────────────────► loss L(x, x̂) ◄──────────────────────────────────────┘
# ```
#
# With Gaussian noise $\varepsilon$ of standard deviation $\sigma$ (the *noise level*), the training minimises
#
# $$L\bigl(x,\ g(f(\tilde x))\bigr), \qquad \tilde x = \operatorname{clip}(x + \sigma\varepsilon,\ 0,\ 1), \quad \varepsilon \sim \mathcal N(0, I).$$
#
# No labels are needed, because we corrupt the images ourselves. Clipping keeps all pixel values between 0 (paper) and 1 (ink).
#
# Our images are MNIST digits enlarged from 28 × 28 to **32 × 32** pixels, because 32 can be halved three times without a remainder. Linear interpolation multiplies an image by one matrix from the left and by its transpose from the right. We get the matrix by applying scikit-image's `resize` to the identity matrix.
# %% [markdown] lang="pt-BR"
# ## 1. Treino com entradas corrompidas
#
# Um autoencoder com capacidade suficiente pode simplesmente copiar a entrada. As aulas 01 e 02 evitaram isso com um código pequeno ou com uma penalidade sobre o código. O **autoencoder para remoção de ruído** (*denoising autoencoder*) usa uma terceira ideia: recebe uma imagem corrompida e tem de devolver a imagem limpa. Agora, copiar a entrada dá um custo alto.
#
# ```text
# imagem limpa x ──► ruído ──► imagem ruidosa x̃ ──► codificador f ──► código z ──► decodificador g ──► saída x̂
#       │                                                                                                │
#       └─────────────────────────────────────► custo L(x, x̂) ◄──────────────────────────────────────────┘
# ```
#
# Com um ruído gaussiano $\varepsilon$ de desvio padrão $\sigma$ (o *nível de ruído*), o treino minimiza
#
# $$L\bigl(x,\ g(f(\tilde x))\bigr), \qquad \tilde x = \operatorname{clip}(x + \sigma\varepsilon,\ 0,\ 1), \quad \varepsilon \sim \mathcal N(0, I).$$
#
# Não precisamos de rótulos, porque nós mesmos corrompemos as imagens. O corte (*clip*) mantém todos os pixels entre 0 (papel) e 1 (tinta).
#
# Nossas imagens são dígitos do MNIST ampliados de 28 × 28 para **32 × 32** pixels, porque 32 pode ser dividido por dois três vezes sem resto. A interpolação linear multiplica a imagem por uma matriz à esquerda e pela transposta dela à direita. Obtemos a matriz aplicando o `resize` do scikit-image à matriz identidade.
# %%
def enlarging_matrix(before, after, order=1):
    """Matrix with which scikit-image's `resize` enlarges a column of `before` pixels."""
    # pt: """Matriz com que o `resize` do scikit-image amplia uma coluna de `before` pixels."""
    return resize(np.eye(before), (after, before), order=order, clip=False).astype("float32")


def enlarge(images, matrix):
    """Enlarge square images from (n, before, before) to (n, after, after)."""
    # pt: """Amplia imagens quadradas de (n, before, before) para (n, after, after)."""
    return matrix @ images @ matrix.T


def add_noise(x, std, seed=0):
    """Add Gaussian noise of standard deviation `std` to images and clip to [0, 1]."""
    # pt: """Soma ruído gaussiano de desvio padrão `std` às imagens e as limita a [0, 1]."""
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
del digits  # frees 200 MB  # pt: libera 200 MB
# %% cover=[0.065, 0.012, 0.717, 0.986] built={"en": "a network that removes noise and one that fills holes", "pt-BR": "uma rede que remove ruído e outra que preenche falhas"}
plt.rcParams["image.interpolation"] = "nearest"  # shows the noise pixel by pixel
# pt: mostra o ruído pixel a pixel
plot.image_rows(
    {f"σ = {text.number(std, '.1f')}": add_noise(x_test[:10], std) for std in (0, 0.1, 0.3, 0.5, 1)},
    alt="Ten digits under growing noise: at 0.5 still readable, at 1.0 hardly.",
    # pt: "Dez dígitos sob ruído crescente: em 0,5 ainda se leem, em 1,0 quase não."
)


# %% [markdown] lang="en"
# At σ = 0.5 you can still read most digits; at σ = 1 hardly any. You know the shapes of digits. A filter without training data only uses general rules, such as "neighbouring pixels are similar". A network can learn the shapes from examples.
#
# ## 2. A convolutional autoencoder
#
# We use the network of the lecture "Autoencoders - Parte 2" (see the references). A **convolutional layer** applies the same small filters at every position of the image. With stride 2 it computes only every second position, which halves height and width. The encoder does this three times, 32 → 16 → 8 → 4, while the number of channels (maps) grows to 32.
#
# The decoder uses **transposed convolutions**. Each input value adds a copy of the filter, multiplied by that value, to the output. With stride 2 the copies are two pixels apart, so height and width double. There is no dense layer. Each number of the code therefore depends on one region of the image only.
#
# **Predict before you run:** how many numbers does the code have? Does the whole network have more or fewer parameters than the 50,992 of the simple dense network of lesson 02?
# %% [markdown] lang="pt-BR"
# Com σ = 0,5 ainda se lê a maioria dos dígitos; com σ = 1, quase nenhum. Você os reconhece porque conhece a forma dos dígitos. Um filtro sem dados de treino só pode usar regras gerais, como "pixels vizinhos são parecidos". Uma rede pode aprender as formas com exemplos.
#
# ## 2. Um autoencoder convolucional
#
# Usamos a rede da aula "Autoencoders - Parte 2" (veja as referências). Uma **camada convolucional** aplica os mesmos filtros pequenos em todas as posições da imagem. Com passo (*stride*) 2, ela calcula só uma posição a cada duas, o que reduz altura e largura à metade. O codificador faz isso três vezes, 32 → 16 → 8 → 4, enquanto o número de canais (mapas) cresce até 32.
#
# O decodificador usa **convoluções transpostas**. Cada valor de entrada soma à saída uma cópia do filtro, multiplicada por esse valor. Com passo 2, as cópias ficam a dois pixels uma da outra; por isso, altura e largura dobram. Não há camada densa. Assim, cada número do código depende de uma só região da imagem.
#
# **Arrisque antes de executar:** quantos números tem o código? A rede inteira tem mais ou menos parâmetros que os 50.992 da rede densa simples da aula 02?
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
    paper = keras.initializers.Constant(-2)  # the untrained output is nearly white
    # pt: a saída sem treino é quase branca
    decoder.add(layers.Conv2D(1, 1, activation="sigmoid", bias_initializer=paper, name="x_hat"))
    return encoder, decoder, keras.Sequential([encoder, decoder], name="autoencoder")


keras.utils.set_random_seed(settings.seed())
encoder, decoder, autoencoder = build_denoiser()
encoder.summary()
decoder.summary()
claims.check(source, F7_code=np.prod(encoder.output_shape[1:]), F7_params=autoencoder.count_params())


# %% [markdown] lang="en"
# The code has {{ F7_code }} numbers and the whole network only {{ F7_params }} parameters, because each 3 × 3 filter is reused at every position. The image has 1,024 pixels, so the code is half as large as the image. That is not a narrow bottleneck: here the corrupted input makes copying useless.
#
# One detail is ours: the initial bias of the last layer is −2, so the untrained network outputs light grey, $1 / (1 + e^2) \approx 0.12$. With the usual bias of 0, the first gradients push all outputs down. They can push the ReLU channels before the output below zero for every image, and such dead units (lesson 02) receive no gradient.
#
# ### New noise in every batch
#
# With one fixed noise pattern per training image, the network could memorise the 55,000 patterns. That is **overfitting**: the training loss keeps falling while the validation loss rises. We therefore draw the noise **in the input pipeline**, each time an image is used.
#
# `repeat` makes the stream of batches endless. Without it, `fit` would restart the pipeline at each epoch, and with a fixed seed TensorFlow would draw the same random numbers again.
# %% [markdown] lang="pt-BR"
# O código tem {{ F7_code }} números, e a rede inteira, só {{ F7_params }} parâmetros, porque cada filtro de 3 × 3 é reutilizado em todas as posições. A imagem tem 1.024 pixels; o código tem, portanto, metade do tamanho dela. Não é um gargalo estreito: aqui, é a entrada corrompida que torna a cópia inútil.
#
# Um detalhe é nosso: o viés inicial da última camada é −2, e por isso a rede sem treino devolve um cinza claro, $1 / (1 + e^2) \approx 0{,}12$. Com o viés usual, 0, os primeiros gradientes empurram todas as saídas para baixo. Eles podem levar os canais ReLU anteriores à saída para baixo de zero em todas as imagens, e essas unidades mortas (aula 02) não recebem gradiente.
#
# ### Ruído novo a cada lote
#
# Com um padrão fixo de ruído por imagem de treino, a rede poderia memorizar os 55.000 padrões. Isso é **sobreajuste** (*overfitting*): o custo de treino continua caindo e o de validação sobe. Por isso sorteamos o ruído **no fluxo de dados**, cada vez que uma imagem é usada.
#
# O `repeat` torna o fluxo de lotes infinito. Sem ele, o `fit` reiniciaria o fluxo a cada época e, com a semente fixa, o TensorFlow sortearia outra vez os mesmos números aleatórios.
# %%
def noise_maker(low, high):
    """Function that makes (noisy, clean) batches; each image has its own level in [low, high]."""
    # pt: """Função que cria lotes (ruidoso, limpo); cada imagem tem seu nível em [low, high]."""

    def damage(x):
        std = tf.random.uniform((tf.shape(x)[0], 1, 1, 1), low, high)
        return tf.clip_by_value(x + std * tf.random.normal(tf.shape(x)), 0.0, 1.0), x

    return damage


def damaged_batches(clean, damage, size):
    """Endless stream of shuffled batches; `damage` makes input and target."""
    # pt: """Fluxo infinito de lotes embaralhados; `damage` cria entrada e alvo."""
    stream = data.batches(clean, size, seed=settings.seed()).repeat()
    return stream.map(lambda x, _: damage(x)).prefetch(2)


# %% [markdown] lang="en"
# ### Training
#
# The lecture trains with a constant learning rate of `0.001` and batches of 1,024 images for 30 epochs; profile `full` does the same. Profile `class` has to finish in minutes: it uses smaller batches, fewer epochs and a learning-rate schedule as in lesson 02. The validation images keep one fixed noise, so the losses of different epochs can be compared.
# %% [markdown] lang="pt-BR"
# ### Treino
#
# A aula original treina com taxa de aprendizado constante de `0.001` e lotes de 1.024 imagens por 30 épocas; o perfil `full` faz o mesmo. O perfil `class` precisa terminar em minutos: usa lotes menores, menos épocas e um cronograma da taxa de aprendizado como o da aula 02. As imagens de validação têm um ruído fixo, e por isso os custos de épocas diferentes são comparáveis.
# %%
def train(model, clean, damage, validation, epochs, batch, peak):
    """Train `model` to undo `damage`; return the history and the time in seconds."""
    # pt: """Treina `model` para desfazer `damage`; devolve o histórico e o tempo em segundos."""
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
    """Outputs of `model` for images (n, height, width), in large batches."""
    # pt: """Saídas de `model` para imagens (n, altura, largura), em lotes grandes."""
    return model.predict(damaged[..., None], batch_size=500, verbose=0)[..., 0]


x_hat = restore(autoencoder, x_test_noisy)
plot.image_rows(
    {
        "original": x_test[:10],
        "noisy": x_test_noisy[:10],  # pt: "com ruído"
        "denoised": x_hat[:10],  # pt: "restaurado"
    },
    alt="Ten test digits, the same under heavy noise, and the network's outputs: readable, with soft edges.",
    # pt: "Dez dígitos de teste, os mesmos com ruído forte e as saídas da rede: legíveis, com bordas borradas."
)


# %% [markdown] lang="en"
# Both losses fall and end close together: no sign of overfitting. The background is almost white again, and all ten digits can be read. Two flaws are visible.
#
# - **Invented ink.** In the recorded run, a grey spot appears to the right of the third digit, a 1. By chance, some dark noise pixels form a small cluster there, and the network takes them for a piece of a stroke.
# - **Soft edges.** For each pixel, cross-entropy and squared error are smallest when the output is the *mean* of all clean images that could have produced this noisy one. Where the position of an edge is uncertain, this mean is a grey ramp.
#
# ## 3. Binary accuracy, PSNR and SSIM
#
# The lecture reports a **binary accuracy** of about {{ F7_acc_test.source }} on training and test images. One wrong pixel in four sounds poor. But look at the definition: Keras rounds the *output* to 0 or 1 and counts the pixels where the result **equals the target**.
#
# **Predict:** what is the binary accuracy of a perfect output, the clean image itself? And of a blank page?
# %% [markdown] lang="pt-BR"
# Os dois custos caem e terminam próximos: não há sinal de sobreajuste. O fundo voltou a ser quase branco, e os dez dígitos podem ser lidos. Dois defeitos são visíveis.
#
# - **Tinta inventada.** Na execução registrada, aparece uma mancha cinza à direita do terceiro dígito, um 1. Por acaso, alguns pixels escuros do ruído formam ali um pequeno grupo, e a rede os confunde com um pedaço de traço.
# - **Bordas borradas.** Em cada pixel, a entropia cruzada e o erro quadrático são mínimos quando a saída é a *média* de todas as imagens limpas que poderiam ter produzido aquela imagem ruidosa. Onde a posição de uma borda é incerta, essa média é uma rampa de cinza.
#
# ## 3. Acurácia binária, PSNR e SSIM
#
# A aula original informa uma **acurácia binária** de cerca de {{ F7_acc_test.source }} em imagens de treino e de teste. Um pixel errado em cada quatro parece ruim. Mas veja a definição: o Keras arredonda a *saída* para 0 ou 1 e conta os pixels em que o resultado **é igual ao alvo**.
#
# **Arrisque:** qual é a acurácia binária de uma saída perfeita, isto é, da própria imagem limpa? E a de uma página em branco?
# %%
def binary_accuracy(x, x_hat):
    """Keras's metric: share of pixels where the rounded output equals the target."""
    # pt: """A métrica do Keras: fração dos pixels em que a saída arredondada é igual ao alvo."""
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
# We reproduce the reference: {{ F7_acc_train }} on training and {{ F7_acc_test }} on test images. But a **perfect output scores only {{ acc_perfect }}**, because {{ grey_share }} of the pixels are grey and a rounded output can never equal a grey target. A **blank page scores {{ acc_blank }}**, because most pixels are paper. The perfect image and no digit at all differ by a few thousandths, so this metric cannot measure the quality of our images.
#
# Two measures are suited to grey images. Both are computed for each image and then averaged.
#
# - **PSNR**, the peak signal-to-noise ratio, is $10 \log_{10}(1 / \mathrm{MSE})$ decibels for values up to 1. Ten decibels more mean a tenth of the squared error; three more mean about half.
# - **SSIM**, the structural similarity (Wang and others, 2004), compares means, variances and the correlation in small windows. It is 1 for identical images and about 0 for unrelated textures.
# %% [markdown] lang="pt-BR"
# Reproduzimos a referência: {{ F7_acc_train }} nas imagens de treino e {{ F7_acc_test }} nas de teste. Mas uma **saída perfeita obtém só {{ acc_perfect }}**, porque {{ grey_share }} dos pixels são cinza e uma saída arredondada nunca é igual a um alvo cinza. Uma **página em branco obtém {{ acc_blank }}**, porque a maior parte dos pixels é papel. A imagem perfeita e a ausência de dígito diferem por poucos milésimos. Essa métrica não mede a qualidade das nossas imagens.
#
# Duas medidas servem para imagens em tons de cinza. As duas são calculadas por imagem; depois se tira a média.
#
# - O **PSNR**, relação sinal-ruído de pico, vale $10 \log_{10}(1 / \mathrm{MSE})$ decibéis para valores até 1. Dez decibéis a mais significam um décimo do erro quadrático; três a mais, cerca de metade.
# - A **SSIM**, similaridade estrutural (Wang e outros, 2004), compara médias, variâncias e correlação em janelas pequenas. Vale 1 para imagens idênticas e cerca de 0 para texturas sem relação.
# %%
def psnr(x, x_hat):
    """Mean peak signal-to-noise ratio over the images, in dB."""
    # pt: """Relação sinal-ruído de pico, média sobre as imagens, em dB."""
    return float(np.mean([peak_signal_noise_ratio(a, b, data_range=1) for a, b in zip(x, x_hat)]))


def ssim(x, x_hat):
    """Mean structural similarity over the images."""
    # pt: """Similaridade estrutural, média sobre as imagens."""
    return float(np.mean([structural_similarity(a, b, data_range=1) for a, b in zip(x, x_hat)]))


compared = {
    "blank sheet": np.full_like(x_test, 1e-3),  # pt: "folha em branco"
    "noisy": x_test_noisy,  # pt: "com ruído"
    "denoised": x_hat,  # pt: "restaurado"
}
rows = [
    (name, *(text.number(f(x_test[:1000], x[:1000]), ".3f") for f in (binary_accuracy, psnr, ssim)))
    for name, x in compared.items()
]
text.table(("image", "binary accuracy", "PSNR (dB)", "SSIM"), rows, "One thousand test digits")
# pt: "imagem", "acurácia binária", "Mil dígitos de teste"
# %% [markdown] lang="en"
# The table uses the first thousand test images, so its accuracies differ slightly from those above. Binary accuracy hardly separates the blank page from the denoised digits; PSNR and SSIM separate them clearly.
#
# Now compare the first two rows: in PSNR and SSIM the blank page scores at least as well as the noisy image, although only the noisy image contains a readable digit. No single value says whether an image is useful, so always look at the images too.
#
# ## 4. The latent code of a noisy digit
#
# The code of one image has the shape 4 × 4 × 32: 32 small maps, one for each channel. The next figure shows them for one noisy digit.
# %% [markdown] lang="pt-BR"
# A tabela usa as mil primeiras imagens de teste; por isso, suas acurácias diferem um pouco das anteriores. A acurácia binária quase não separa a página em branco dos dígitos restaurados; o PSNR e a SSIM os separam com clareza.
#
# Compare agora as duas primeiras linhas: no PSNR e na SSIM, a página em branco não fica atrás da imagem ruidosa, embora só esta contenha um dígito legível. Nenhum valor sozinho diz se uma imagem é útil; por isso, olhe sempre também as imagens.
#
# ## 4. O código latente de um dígito com ruído
#
# O código de uma imagem tem a forma 4 × 4 × 32: são 32 mapas pequenos, um para cada canal. A próxima figura os mostra para um dígito com ruído.
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
# Orange is positive, purple negative and white zero. Negative values are small because leaky ReLU multiplies them by 0.2. Each map keeps the layout of the image: its upper-left number depends on the upper-left region. Some channels are close to zero for this image. One image does not show what a channel stands for.
#
# How much of the noise reaches the code? We compare two distances: from a clean image to its noisy version, and from a clean image to the next test image, which is usually another digit. We compute their ratio in pixels and in the code.
# %% [markdown] lang="pt-BR"
# Laranja é positivo, roxo é negativo e branco é zero. Os valores negativos são pequenos porque a leaky ReLU os multiplica por 0,2. Cada mapa conserva a disposição da imagem: seu número superior esquerdo depende da região superior esquerda. Alguns canais ficam perto de zero nesta imagem. Uma só imagem não mostra o que um canal representa.
#
# Quanto do ruído chega ao código? Comparamos duas distâncias: da imagem limpa até sua versão com ruído, e da imagem limpa até a imagem de teste seguinte, em geral outro dígito. Calculamos a razão entre elas em pixels e no código.
# %%
def noise_against_neighbour(clean, noisy):
    """Distance moved by the noise over the distance to the next item; medians."""
    # pt: """Deslocamento pelo ruído sobre a distância até o item seguinte; medianas."""
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
# In pixels, noise moves an image {{ moved_pixels }} times as far as the next image is away; in the code, {{ moved_code }} times. Relative to the differences between images, the encoder has already removed part of the noise. The decoder has to remove the rest.
#
# ## 5. Comparison with classical filters
#
# Classical denoising methods need no training set. We use three from scikit-image as baselines:
#
# - the **median filter** replaces each pixel by the median of its neighbourhood;
# - **non-local means** (Buades, Coll and Morel, 2005) averages pixels whose *surroundings* look alike, wherever they are in the image;
# - **wavelets** (Donoho and Johnstone, 1994) split the image into scales and shrink the small coefficients, which are mostly noise.
#
# A comparison is fair only if the baselines are tuned. At each noise level we try three or four settings of each filter on *validation* images and keep the one with the best PSNR. A straight line, fitted on the same images, corrects the brightness that clipping changes. The filters are given the noise level; the networks are not.
#
# This search is small. Finer settings, or methods such as total variation or the Wiener filter, could do better.
# %% [markdown] lang="pt-BR"
# Em pixels, o ruído desloca uma imagem {{ moved_pixels }} vezes a distância até a imagem seguinte; no código, {{ moved_code }} vezes. Em relação às diferenças entre imagens, o codificador já removeu parte do ruído. O decodificador precisa remover o resto.
#
# ## 5. Comparação com filtros clássicos
#
# Os métodos clássicos de remoção de ruído não precisam de conjunto de treino. Usamos três do scikit-image como linhas de base:
#
# - o **filtro da mediana** troca cada pixel pela mediana de sua vizinhança;
# - as **médias não locais** (Buades, Coll e Morel, 2005) tiram a média de pixels cujos *arredores* se parecem, onde quer que estejam na imagem;
# - as **wavelets** (Donoho e Johnstone, 1994) separam a imagem em escalas e reduzem os coeficientes pequenos, que são quase só ruído.
#
# A comparação só é justa se as linhas de base estiverem ajustadas. Em cada nível de ruído, testamos três ou quatro configurações de cada filtro em imagens de *validação* e ficamos com a de maior PSNR. Uma reta, ajustada nas mesmas imagens, corrige o brilho que o corte altera. Os filtros recebem o nível de ruído; as redes, não.
#
# A busca é pequena. Configurações mais finas, ou métodos como a variação total e o filtro de Wiener, poderiam dar resultados melhores.
# %%
SETTINGS = {
    "median": (disk(1), np.ones((3, 3)), np.ones((5, 5))),  # pt: "median"
    "nlm": ((0.5, 0), (1.2, 0), (0.5, 0.5), (0.9, 0.5)),
    "wavelet": (("sym4", "BayesShrink", 0.7), ("sym4", "VisuShrink", 0.25), ("sym4", "VisuShrink", 0.5),
                ("db1", "VisuShrink", 0.25)),
}  # fmt: skip


def classical(name, images, std, setting):
    """Filter images; all settings but the window are relative to the noise level."""
    # pt: """Filtra imagens; os ajustes, exceto a janela, são relativos ao nível de ruído."""
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
    """Filter images with the setting and the straight line found by `tune`."""
    # pt: """Filtra imagens com o ajuste e a reta encontrados por `tune`."""
    setting, slope, offset = tuned
    return (slope * classical(name, images, std, setting) + offset).clip(0, 1).astype("float32")


# %% [markdown] lang="en"
# Our network was trained only at σ = 0.5. For comparison we train a second network with the same architecture and a random noise level between 0.1 and 1.0 for every image. In profile `class` it gets three epochs, one fewer than the first network.
#
# **Predict:** at which noise levels will the filters beat the networks?
# %% [markdown] lang="pt-BR"
# Nossa rede foi treinada só com σ = 0,5. Para comparar, treinamos uma segunda rede com a mesma arquitetura e um nível de ruído sorteado entre 0,1 e 1,0 para cada imagem. No perfil `class`, ela tem três épocas, uma a menos que a primeira rede.
#
# **Arrisque:** em que níveis de ruído os filtros vencem as redes?
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
    restored = {"noisy": noisy, "at 0.5": restore(autoencoder, noisy), "all": restore(all_levels, noisy)}
    # pt: "noisy"
    for name in SETTINGS:
        start = time.perf_counter()
        tuned[name, level] = tune(name, x_val[:tuned_on], noisy_val, level)
        between = time.perf_counter()
        restored[name] = apply_tuned(name, noisy, level, tuned[name, level])
        spent[name, level] = between - start, time.perf_counter() - between
    for name, images in restored.items():
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
    """Smallest lead of a network over the best filter or noisy image, in this range of levels."""
    # pt: """Menor vantagem de uma rede sobre o melhor filtro ou a imagem ruidosa, nesta faixa."""
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
# In profile `class`, the curves come from 100 test images and one training of each network.
#
# - **From σ = 0.3 up, both networks beat the three filters** in PSNR and SSIM. The smallest lead is {{ lead_psnr }} dB and {{ lead_ssim }} of SSIM for the network trained at 0.5, and {{ lead_all_psnr }} dB and {{ lead_all_ssim }} for the other.
# - **At σ = 0.1 a filter wins in PSNR.** The difference from the best filter is {{ lead_faint }} dB for the network trained at 0.5 and {{ lead_all_faint }} dB for the other. In SSIM the networks and non-local means are close together.
# - **At σ = 1 training at all levels helps**, by {{ gain_all }} dB. The training data should contain the corruption that you expect in use.
#
# **Why do the networks lose at σ = 0.1?** The size of the code is not the reason: PCA with 512 components reconstructs clean digits almost perfectly. The training noise matters more. Both networks met mostly stronger noise in training, so they smooth away detail that weak noise leaves visible. Going further tests both statements.
#
# The next figure shows eight digits at σ = 0.5.
# %% [markdown] lang="pt-BR"
# No perfil `class`, as curvas vêm de 100 imagens de teste e de um treino de cada rede.
#
# - **De σ = 0,3 em diante, as duas redes vencem os três filtros** em PSNR e em SSIM. A menor vantagem é de {{ lead_psnr }} dB e {{ lead_ssim }} de SSIM para a rede treinada em 0,5, e de {{ lead_all_psnr }} dB e {{ lead_all_ssim }} para a outra.
# - **Com σ = 0,1, um filtro vence em PSNR.** A diferença em relação ao melhor filtro é de {{ lead_faint }} dB para a rede treinada em 0,5 e de {{ lead_all_faint }} dB para a outra. Em SSIM, as redes e as médias não locais ficam próximas.
# - **Com σ = 1, o treino em todos os níveis ajuda**, com {{ gain_all }} dB a mais. Os dados de treino devem conter a degradação esperada no uso.
#
# **Por que as redes perdem com σ = 0,1?** O tamanho do código não é a razão: a PCA com 512 componentes reconstrói dígitos limpos quase com perfeição. O ruído do treino pesa mais. No treino, as duas redes viram sobretudo ruído mais forte; por isso, apagam detalhes que o ruído fraco deixa visíveis. Em Para ir além testamos as duas afirmações.
#
# A próxima figura mostra oito dígitos com σ = 0,5.
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
# The filters leave grey stains and ragged strokes. The network produces a white background and complete strokes, but also the invented spot at the third digit. The median filter has a stain in the same place, so the cause is in the noise. The filters need no training data, and they work on *any* image.
#
# ### Explore the noise level
#
# Move the slider for the noise level. Below which σ would you prefer the noisy image to the network's output? Find a digit that the network turns into another one.
# %% [markdown] lang="pt-BR"
# Os filtros deixam manchas cinza e traços irregulares. A rede produz fundo branco e traços completos, mas também a mancha inventada no terceiro dígito. O filtro da mediana tem uma mancha no mesmo lugar; logo, a causa está no ruído. Os filtros não precisam de dados de treino e servem para *qualquer* imagem.
#
# ### Explore o nível de ruído
#
# Mova o controle do nível de ruído. Abaixo de que σ você ficaria com a imagem ruidosa em vez da saída da rede? Encontre um dígito que a rede transforma em outro.
# %%
def nearest(x, std):
    """Non-local means with the settings tuned at the nearest noise level."""
    # pt: """Médias não locais com os ajustes do nível de ruído mais próximo."""
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
# ## 6. Images unlike the training data
#
# What does the digit network do with a shoe? We train the *same* architecture, with the same noise, on clothes: Fashion-MNIST, enlarged to 32 × 32. Each of the two networks then denoises both kinds of images. To save time in profile `class`, the networks for clothes use a **subset of 12,000 training images**. The median filter is included, with the settings tuned on *digits*.
#
# **Predict:** for each of the four pairs (trained on, tested on), is the network better or worse than the median filter?
# %% [markdown] lang="pt-BR"
# ## 6. Imagens diferentes das de treino
#
# O que a rede dos dígitos faz com um sapato? Treinamos a *mesma* arquitetura, com o mesmo ruído, em roupas: o Fashion-MNIST, ampliado para 32 × 32. Depois, cada uma das duas redes remove o ruído dos dois tipos de imagem. Para poupar tempo no perfil `class`, as redes das roupas usam um **subconjunto de 12.000 imagens de treino**. O filtro da mediana entra na comparação com o ajuste feito em *dígitos*.
#
# **Arrisque:** em cada um dos quatro pares (treinada em, testada em), a rede é melhor ou pior que o filtro da mediana?
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
    alt="Ten noisy clothes: the digit network gives black shapes with holes, the clothes network blurred grey clothes.",
    # pt: "Dez roupas com ruído: a rede dos dígitos dá formas pretas com furos; a das roupas, roupas cinza borradas."
)
# %% [markdown] lang="en"
# **On clothes**, the digit network reaches {{ clothes_by_digits }} dB and the clothes network {{ clothes_by_clothes }} dB. The median filter reaches {{ clothes_median }} dB, and the noisy image has {{ clothes_noisy }} dB. **On digits**, the clothes network reaches {{ digits_by_clothes }} dB and the digit network {{ digits_by_digits }} dB. Each network still removes noise from the other kind of image, but on clothes the digit network gains nothing over a simple filter in this run.
#
# The figure shows how it fails. Digits are almost only black and white, and so are its outputs: the light jacket keeps only its dark edges, the grey shirt becomes black loops, and the bag gets holes.
#
# The outputs of the clothes network have a regular grid of faint dots. This is a **checkerboard artefact**: at stride 2, neighbouring copies of a 3 × 3 filter overlap unevenly in a transposed convolution (Odena and others, 2016).
#
# **A trained denoiser fills in what it has learned from its training data.** Never use it for medical, scientific or forensic images of a kind on which it was not trained and tested. A smooth output is no evidence.
# %% [markdown] lang="pt-BR"
# **Em roupas**, a rede dos dígitos chega a {{ clothes_by_digits }} dB e a rede das roupas, a {{ clothes_by_clothes }} dB. O filtro da mediana chega a {{ clothes_median }} dB, e a imagem com ruído tem {{ clothes_noisy }} dB. **Em dígitos**, a rede das roupas chega a {{ digits_by_clothes }} dB e a dos dígitos, a {{ digits_by_digits }} dB. Cada rede ainda remove ruído do outro tipo de imagem, mas, em roupas, a rede dos dígitos não ganha nada em relação a um filtro simples nesta execução.
#
# A figura mostra como ela falha. Dígitos são quase só preto e branco, e as saídas dela também: a jaqueta clara só mantém as bordas escuras, a camisa cinza vira laços pretos, e a bolsa ganha furos.
#
# As saídas da rede das roupas têm uma grade regular de pontos tênues. É um **artefato de tabuleiro** (*checkerboard artifact*): na convolução transposta com passo 2, as cópias vizinhas de um filtro de 3 × 3 se sobrepõem de modo desigual (Odena e outros, 2016).
#
# **Uma rede treinada para remover ruído completa a imagem com o que aprendeu nos dados de treino.** Nunca a use em imagens médicas, científicas ou periciais de um tipo com o qual ela não foi treinada e testada. Uma saída lisa não prova nada.
# %% [markdown] lang="en"
# ## Check yourself
#
# Answer first, then open the answer.
#
# **1.** The code of our first network has half as many numbers as the image has pixels. Why does the network not simply learn to copy?
#
# <details><summary>Answer</summary>The input is noisy and the target is clean, so a copy has a large loss. The network must separate the digit from the noise.</details>
#
# **2.** A colleague reports a binary accuracy of 0.74 for a denoiser of MNIST enlarged to 32 × 32, and is disappointed. What do you say?
#
# <details><summary>Answer</summary>Even the clean image would hardly score more, because a rounded output never equals a grey target. Ask for PSNR or SSIM, together with the values of the noisy image and of a tuned filter.</details>
#
# **3.** Why are the restored strokes soft, although every training target was sharp?
#
# <details><summary>Answer</summary>Cross-entropy and squared error are smallest at the mean of all clean images that fit the noisy one. Where the position of an edge is uncertain, the mean of its possible positions is a ramp.</details>
#
# **4.** At a noise level of 0.1, why can a filter beat a network that wins clearly at 0.5?
#
# <details><summary>Answer</summary>There is little noise to remove. A tuned filter changes the image only slightly, and its error shrinks with the noise. The network has met mostly stronger noise in training, so it smooths away detail that the weak noise leaves visible. The 512 numbers of the code are not the limit.</details>
#
# **5.** The pipeline calls `repeat()`. What could happen without it, and why is the problem hard to notice?
#
# <details><summary>Answer</summary>`fit` would restart the pipeline at each epoch and, with a fixed seed, draw the same noise patterns again. The training loss would not look worse. You notice it only if you compare the batches of two epochs.</details>
#
# **6.** A clinic wants to use your denoiser, trained on X-rays of hands, for X-rays of lungs. The results look smooth and sharp. What do you answer?
#
# <details><summary>Answer</summary>No. The network fills in what it learned from hands, as our digit network turned grey clothes into black and white. It must be trained on lungs, and tested for what a doctor needs to see.</details>
# %% [markdown] lang="pt-BR"
# ## Teste-se
#
# Responda primeiro e só depois abra a resposta.
#
# **1.** O código da nossa primeira rede tem metade dos números que a imagem tem de pixels. Por que a rede não aprende simplesmente a copiar?
#
# <details><summary>Resposta</summary>A entrada tem ruído e o alvo é limpo; por isso, uma cópia tem custo alto. A rede precisa separar o dígito do ruído.</details>
#
# **2.** Uma colega informa acurácia binária de 0,74 para uma rede que remove ruído do MNIST ampliado para 32 × 32 e está decepcionada. O que você diz?
#
# <details><summary>Resposta</summary>Nem a própria imagem limpa teria muito mais, porque uma saída arredondada nunca é igual a um alvo cinza. Peça o PSNR ou a SSIM, junto com os valores da imagem ruidosa e de um filtro bem ajustado.</details>
#
# **3.** Por que os traços restaurados são borrados, se todos os alvos de treino eram nítidos?
#
# <details><summary>Resposta</summary>A entropia cruzada e o erro quadrático são mínimos na média de todas as imagens limpas compatíveis com a imagem ruidosa. Onde a posição de uma borda é incerta, a média das posições possíveis é uma rampa.</details>
#
# **4.** Com ruído de nível 0,1, por que um filtro pode vencer uma rede que ganha com folga em 0,5?
#
# <details><summary>Resposta</summary>Há pouco ruído a remover. Um filtro ajustado muda pouco a imagem, e seu erro diminui com o ruído. A rede viu no treino sobretudo ruído mais forte e, por isso, apaga detalhes que o ruído fraco deixa visíveis. Os 512 números do código não são o limite.</details>
#
# **5.** O fluxo de dados chama `repeat()`. O que poderia acontecer sem ele, e por que o problema é difícil de perceber?
#
# <details><summary>Resposta</summary>O `fit` reiniciaria o fluxo a cada época e, com a semente fixa, sortearia de novo os mesmos padrões de ruído. O custo de treino não pareceria pior. O problema só aparece se você comparar os lotes de duas épocas.</details>
#
# **6.** Uma clínica quer usar a sua rede, treinada em radiografias de mãos, em radiografias de pulmões. Os resultados parecem lisos e nítidos. O que você responde?
#
# <details><summary>Resposta</summary>Não. A rede completa a imagem com o que aprendeu em mãos, assim como a rede dos dígitos transformou roupas cinza em preto e branco. Ela precisa ser treinada em pulmões e avaliada pelo que o médico precisa ver.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# The cell below each exercise checks your answer at once. `check.psnr.hint()` (with the name of the check) gives a hint, and a more detailed one the next time.
#
# ### Exercise 1: PSNR with numpy
#
# Write a function `my_psnr(x, x_hat)` for a stack of images of shape `(n, height, width)` with values in [0, 1]. Compute one MSE per image, one PSNR per image, and return the mean of the PSNR values, without a loop over the images. The result must agree with scikit-image's.
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# A célula abaixo de cada exercício verifica sua resposta na hora. `check.psnr.hint()` (com o nome da verificação) dá uma dica, e uma mais detalhada na vez seguinte.
#
# ### Exercício 1: PSNR com numpy
#
# Escreva uma função `my_psnr(x, x_hat)` para uma pilha de imagens de forma `(n, altura, largura)` com valores em [0, 1]. Calcule um MSE por imagem e um PSNR por imagem, e devolva a média dos PSNR, sem laço sobre as imagens. O resultado deve concordar com o do scikit-image.
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
# ### Exercise 2: salt-and-pepper noise
#
# Dust and dead pixels cause another kind of noise. Each pixel is changed with a given probability, the *share*; a changed pixel becomes 0 or 1 with equal probability. Write a function `salt_and_pepper(x, share, seed)`.
#
# The check cell then corrupts test digits with shares from 0.02 to 0.4. It compares the median filter (window of 3 × 3) with our network, which never saw such noise. Which one would you use? Does the answer depend on the share, as it depended on σ in section 5?
# %% [markdown] lang="pt-BR"
# ### Exercício 2: ruído sal e pimenta
#
# Poeira e pixels defeituosos causam outro tipo de ruído. Cada pixel muda com uma probabilidade dada, a *fração*; um pixel que muda vira 0 ou 1 com a mesma probabilidade. Escreva uma função `salt_and_pepper(x, share, seed)`.
#
# A célula de verificação corrompe então dígitos de teste com frações de 0,02 a 0,4. Ela compara o filtro da mediana (janela de 3 × 3) com a nossa rede, que nunca viu esse ruído. Qual dos dois você usaria? A resposta depende da fração, como dependia de σ na seção 5?
# %% exercise="2" role="answer"
salt_and_pepper = None
### BEGIN SOLUTION


def salt_and_pepper(x, share, seed=0):
    """Images in which a share of the pixels is 0 or 1."""
    # pt: """Imagens em que uma fração dos pixels vale 0 ou 1."""
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
# ### Exercise 3: denoising twice
#
# If denoising improves an image, should denoising the result improve it further? Pass the network's output through the network again, store the result in `twice`, and compare the two PSNR values. Explain what you see: on what kind of input was the network trained?
# %% [markdown] lang="pt-BR"
# ### Exercício 3: remover o ruído duas vezes
#
# Se remover o ruído melhora uma imagem, repetir a operação no resultado deveria melhorá-la ainda mais? Passe a saída da rede outra vez pela rede, guarde o resultado em `twice` e compare os dois valores de PSNR. Explique o que você vê: com que tipo de entrada a rede foi treinada?
# %% exercise="3" role="answer"
once, twice = restore(autoencoder, x_test_noisy[:500]), None
### BEGIN SOLUTION
twice = restore(autoencoder, once)
# The second input is soft and has no noise, unlike every training input. The network still
# subtracts the noise that it expects, and so it removes parts of the strokes.
# pt: A segunda entrada é borrada e sem ruído, diferente de todas as de treino. A rede continua
# pt: subtraindo o ruído que espera e, com isso, remove partes dos traços.
### END SOLUTION
# %% exercise="3" role="check"
check.twice(twice, autoencoder, x_test_noisy[:500], x_test[:500])
# check.twice.hint()
if check.twice.done:
    print([text.number(psnr(x_test[:500], images), ".2f") for images in (once, twice)])


# %% [markdown] lang="en"
# ## Summary
#
# - A denoising autoencoder receives a corrupted image and is trained to output the clean one. It needs no labels and no narrow bottleneck.
# - Draw new noise for every batch. Validate with one fixed noise; choose settings on validation images and report on test images.
# - Binary accuracy does not work for grey targets. Report PSNR and SSIM with the values of baselines, and look at the images.
# - From σ = 0.3 up our networks beat the three tuned filters. At σ = 0.1 a filter has the better PSNR.
# - On images unlike its training data, a denoiser can produce wrong but plausible results.
#
# ## Going further
#
# The rest is optional: the cost of each method, a larger network for clothes, and two other kinds of damage.
#
# ### The cost of each method
#
# The table shows quality and cost at σ = 0.5. Each number of a code takes 4 bytes; filters have no code. "Seconds" is the time for the training, or for the search for settings. The last column is the time for one image when many are processed together.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - O autoencoder para remoção de ruído recebe uma imagem corrompida e é treinado para devolver a limpa. Não precisa de rótulos nem de gargalo estreito.
# - Sorteie ruído novo a cada lote. Valide com um ruído fixo; escolha configurações nas imagens de validação e informe resultados nas de teste.
# - A acurácia binária não serve para alvos cinza. Informe PSNR e SSIM, junto com os valores das linhas de base, e olhe as imagens.
# - De σ = 0,3 em diante, nossas redes vencem os três filtros ajustados. Com σ = 0,1, um filtro tem o melhor PSNR.
# - Em imagens diferentes das de treino, a rede pode produzir resultados errados e, ainda assim, plausíveis.
#
# ## Para ir além
#
# O que segue é opcional: o custo de cada método, uma rede maior para roupas e dois outros tipos de degradação.
#
# ### O custo de cada método
#
# A tabela mostra qualidade e custo com σ = 0,5. Cada número de um código ocupa 4 bytes; filtros não têm código. "Segundos" é o tempo do treino ou da busca de configurações. A última coluna é o tempo de uma imagem quando muitas são processadas juntas.
# %%
def milliseconds(model):
    """Time per image when many are processed together."""
    # pt: """Tempo por imagem quando muitas são processadas juntas."""
    start = time.perf_counter()
    restore(model, x_val_noisy[:2000])
    return 1000 * (time.perf_counter() - start) / len(x_val_noisy[:2000])


def row(name, parameters="–", code="–", seconds=0.0, ms=0.0):
    """One row of the comparison at noise level 0.5."""
    # pt: """Uma linha da comparação com nível de ruído 0,5."""
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


# %% [markdown] lang="en"
# The best of the three filters stays below the network's {{ psnr_F7 }} dB: non-local means reach {{ psnr_nlm }} dB, the median filter {{ psnr_median }} dB and wavelets {{ psnr_wavelet }} dB; the noisy image has {{ psnr_noisy }} dB. The network trained at all levels reaches {{ psnr_all }} dB at this level, with one epoch fewer. In profile `class` each network needs about half a minute of training, but little time per image.
#
# ### Training for weak noise
#
# Section 5 says that the size of the code is not the reason for the loss at σ = 0.1, and that the training noise is. Two tests: PCA with 512 components on clean digits, and a third network of the same architecture, trained only at σ = 0.1.
# %% [markdown] lang="pt-BR"
# O melhor dos três filtros fica abaixo dos {{ psnr_F7 }} dB da rede: as médias não locais chegam a {{ psnr_nlm }} dB, o filtro da mediana a {{ psnr_median }} dB e as wavelets a {{ psnr_wavelet }} dB; a imagem com ruído tem {{ psnr_noisy }} dB. A rede treinada em todos os níveis chega a {{ psnr_all }} dB nesse nível, com uma época a menos. No perfil `class`, o treino de cada rede leva cerca de meio minuto, mas o tempo por imagem é pequeno.
#
# ### Treino para ruído fraco
#
# A seção 5 diz que a razão da derrota com σ = 0,1 não é o tamanho do código, e sim o ruído do treino. Dois testes: a PCA com 512 componentes em dígitos limpos e uma terceira rede, de mesma arquitetura, treinada só com σ = 0,1.
# %%
pca_512 = PCA(512, random_state=settings.seed()).fit(seen.reshape(len(seen), -1))
clean = x_test[:few]
projected = pca_512.inverse_transform(pca_512.transform(clean.reshape(few, -1)))

keras.utils.set_random_seed(settings.seed())
weak = build_denoiser()[2]
epochs = settings.pick(quick=2, class_=4, full=30)
train(weak, x_train, noise_maker(0.1, 0.1), (add_noise(x_val, 0.1, 1), x_val), epochs, batch, peak=5e-3)
weak_psnr = psnr(clean, restore(weak, add_noise(clean, 0.1, 4)))
claims.check(
    source,
    pca512_clean=psnr(clean, projected.reshape(clean.shape).clip(0, 1)),
    weak_psnr=weak_psnr,
    weak_gain=weak_psnr - scores["all", 0.1][0],
    weak_lead=weak_psnr - max(scores[name, 0.1][0] for name in SETTINGS),
)


# %% [markdown] lang="en"
# With 512 numbers PCA reaches {{ pca512_clean }} dB on clean digits, so a code of this size can hold them. Trained at σ = 0.1, the network reaches {{ weak_psnr }} dB there, {{ weak_gain }} dB more than the network trained at all levels. Its lead over the best filter is {{ weak_lead }} dB. So most of the loss came from the training noise.
#
# ### Clothes: a code of 32 numbers
#
# Clothes are harder than digits: they have grey tones, folds and ten kinds of shapes. We build a larger pair of networks for the original 28 × 28 pixels: an **encoder of 9 layers, a decoder of 11**, and a true bottleneck of 32 numbers. (Keras counts an activation as a layer if it is written as a separate layer.)
#
# This network is trained twice: once to reconstruct clean clothes, and once to remove noise of level 0.5. The baseline of the first task is PCA with 32 components. The baselines of the second are our three filters, tuned again on clothes.
# %% [markdown] lang="pt-BR"
# Com 512 números, a PCA chega a {{ pca512_clean }} dB em dígitos limpos; um código desse tamanho basta, portanto, para contê-los. Treinada com σ = 0,1, a rede chega ali a {{ weak_psnr }} dB, {{ weak_gain }} dB a mais que a rede treinada em todos os níveis. Sua vantagem sobre o melhor filtro é de {{ weak_lead }} dB. A maior parte da derrota veio, portanto, do ruído do treino.
#
# ### Roupas: um código de 32 números
#
# Roupas são mais difíceis que dígitos: têm tons de cinza, dobras e dez tipos de forma. Montamos um par maior de redes para os 28 × 28 pixels originais: um **codificador de 9 camadas, um decodificador de 11** e um gargalo de verdade, de 32 números. (O Keras conta uma ativação como camada quando ela é escrita como uma camada à parte.)
#
# Essa rede é treinada duas vezes: uma para reconstruir roupas limpas, outra para remover ruído de nível 0,5. A linha de base da primeira tarefa é a PCA com 32 componentes. As da segunda são os nossos três filtros, ajustados de novo em roupas.
# %%
def build_clothes_encoder(code_size=32):
    """Nine layers, from 28 x 28 pixels to the code."""
    # pt: """Nove camadas, de 28 x 28 pixels ao código."""
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
    """Eleven layers, from the code to 28 x 28 pixels."""
    # pt: """Onze camadas, do código a 28 x 28 pixels."""
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
    """No damage: the target is the input."""
    # pt: """Sem degradação: o alvo é a entrada."""
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
# The outlines survive; prints, zips and folds are lost. After denoising, the sandal looks like a closed shoe.
#
# #### Is the class kept?
#
# A **classifier** measures such changes. We train a small one on the same 12,000 *clean* clothes with their labels. It predicts the class of the original and the class of the reconstruction. The *class kept* is the share of images where the two predictions agree. The classifier makes mistakes too, so the table also shows its accuracy on the originals.
# %% [markdown] lang="pt-BR"
# Os contornos se mantêm; estampas, zíperes e dobras se perdem. Depois da remoção de ruído, a sandália parece um sapato fechado.
#
# #### A classe se mantém?
#
# Um **classificador** permite medir essas mudanças. Treinamos um pequeno nas mesmas 12.000 roupas *limpas*, com seus rótulos. Ele prevê a classe da original e a classe da reconstrução. A *classe mantida* é a fração das imagens em que as duas previsões coincidem. O classificador também erra; por isso, a tabela mostra sua acurácia nas imagens originais.
# %%
keras.utils.set_random_seed(settings.seed())
classifier = keras.Sequential(
    [
        keras.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(256, "relu"),
        layers.Dropout(0.3),
        layers.Dense(10),
    ]
)
classifier.compile(
    keras.optimizers.Adam(1e-3),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
history_classifier = classifier.fit(clothes_train, y_train, 100, epochs=settings.pick(quick=8, class_=10, full=15), verbose=0,
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
predicted = {name: classifier.predict_on_batch(x).argmax(axis=1) for name, x in shown.items()}
kept = {name: np.mean(classes == predicted["original"]) for name, classes in predicted.items()}
right = {name: np.mean(classes == y_clothes) for name, classes in predicted.items()}
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
    "classifier accuracy",  # pt: "acurácia do classificador"
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
# **Reconstruction.** From 32 numbers the network reaches {{ F11_rebuilt }} dB and PCA {{ F11_pca }} dB. The class is kept in {{ kept_rebuilt }} of the images by the network and in {{ kept_pca }} by PCA. In this run the network gains PSNR but nothing in the class kept. One percentage point is ten garments, so chance can explain the difference. The accuracy of the classifier on originals is {{ judge_original }}.
#
# **Denoising.** The class is kept in {{ kept_noisy }} of the noisy images, in {{ kept_nlm }} after non-local means ({{ F11_nlm }} dB) and in {{ kept_denoised }} after the network ({{ F11_denoised }} dB). The classifier, which never saw noise, predicts the true class of {{ judge_denoised }} of the denoised images.
#
# The small network of section 6, with a code of 512 numbers, reached {{ clothes_by_clothes }} dB with far fewer parameters. The two values are not strictly comparable, because its images are enlarged and therefore smoother. Still, they suggest that a narrow code is a disadvantage in denoising. It is useful if you need the code itself.
# %% [markdown] lang="pt-BR"
# **Reconstrução.** Com 32 números, a rede chega a {{ F11_rebuilt }} dB e a PCA, a {{ F11_pca }} dB. A classe se mantém em {{ kept_rebuilt }} das imagens com a rede e em {{ kept_pca }} com a PCA. Nesta execução, a rede ganha em PSNR, mas nada na classe mantida. Um ponto percentual são dez peças; o acaso pode explicar a diferença. A acurácia do classificador nas originais é de {{ judge_original }}.
#
# **Remoção de ruído.** A classe se mantém em {{ kept_noisy }} das imagens com ruído, em {{ kept_nlm }} depois das médias não locais ({{ F11_nlm }} dB) e em {{ kept_denoised }} depois da rede ({{ F11_denoised }} dB). O classificador, que nunca viu ruído, acerta a classe verdadeira em {{ judge_denoised }} das imagens restauradas.
#
# A rede pequena da seção 6, com um código de 512 números, chegou a {{ clothes_by_clothes }} dB com muito menos parâmetros. Os dois valores não são estritamente comparáveis, porque as imagens dela são ampliadas e, portanto, mais lisas. Ainda assim, sugerem que um código estreito é uma desvantagem na remoção de ruído. Ele é útil quando se precisa do próprio código.
# %%
fig, ax = plt.subplots(figsize=(11, 4.6))
places = np.arange(10)
for shift, key in ((-0.2, "rebuilt"), (0.2, "denoised")):  # pt: "denoised"
    same = predicted[key] == predicted["original"]
    shares = [100 * same[predicted["original"] == label].mean() for label in places]
    ax.bar(places + shift, shares, 0.38, label=names[key])
ax.set_xticks(places, class_names, rotation=30, ha="right")
ax.set(ylabel="class kept (%)", ylim=(0, 100))  # pt: "classe mantida (%)"
ax.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, 1.2), ncols=2)
plot.show(fig, alt="Share of each class that is kept: high for trousers, bags and boots, lowest for shirts.")
# pt: "Parcela de cada classe que se mantém: alta em calças, bolsas e botas, menor em camisas."
# %% [markdown] lang="en"
# Shirts and pullovers lose their class most often. A likely reason: they have the outline of other tops, and only small details, such as a collar, distinguish them. The noise hides such details, and the network blurs them. **A restored image can look good and lose what matters.** Decide first what the image is needed for.
#
# ### Filling a missing square
#
# The method does not depend on noise. If we replace the function that corrupts the batch, the same training loop learns other repairs. The first is **inpainting**: filling a missing region.
#
# In each digit we erase a square of 10 × 10 pixels at a random place and paint it grey, since white or black could be mistaken for paper or ink. The training starts from the weights of section 2. We use only the square from the output; the known pixels around it do not change.
#
# The baselines are the **mean** of the training digits at that place and **biharmonic** inpainting from scikit-image, which continues the surrounding grey values as smoothly as possible.
# %% [markdown] lang="pt-BR"
# Camisas e suéteres são as peças que mais perdem a classe. Uma razão provável: elas têm a mesma silhueta de outras peças, e só detalhes pequenos, como uma gola, as distinguem. O ruído esconde esses detalhes, e a rede os borra. **Uma imagem restaurada pode parecer boa e perder o que importa.** Decida antes para que a imagem serve.
#
# ### Preenchimento de um quadrado ausente
#
# O método não depende do ruído. Se trocarmos a função que corrompe o lote, o mesmo laço de treino aprende outras restaurações. A primeira é o **preenchimento de lacunas** (*inpainting*): completar uma região ausente.
#
# Em cada dígito, apagamos um quadrado de 10 × 10 pixels em posição sorteada e o pintamos de cinza, pois branco ou preto poderia ser confundido com papel ou tinta. O treino parte dos pesos da seção 2. Da saída, usamos só o quadrado; os pixels conhecidos em volta não mudam.
#
# As linhas de base são a **média** dos dígitos de treino naquele lugar e o preenchimento **biarmônico** do scikit-image, que prolonga, do modo mais suave possível, os tons de cinza vizinhos.
# %%
HOLE = 10


def random_squares(n):
    """`n` masks of 32 x 32 pixels, each with one square at least 5 pixels from the border."""
    # pt: """`n` máscaras de 32 x 32 pixels, cada uma com um quadrado a 5 pixels ou mais da borda."""
    corner = tf.random.uniform((n, 2), 5, 32 - 5 - HOLE + 1, tf.int32)
    place = tf.range(32) - corner[:, :, None]
    inside = (place >= 0) & (place < HOLE)
    return (inside[:, 0, :, None] & inside[:, 1, None, :])[..., None]


def cut_hole(x):
    """Batches (with a grey square, original)."""
    # pt: """Lotes (com um quadrado cinza, original)."""
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
    alt="Ten digits with a grey square, filled by the mean digit, by biharmonic inpainting and by the network: all three are blurred, the network least.",
    # pt: "Dez dígitos com um quadrado cinza, preenchidos pela média, pelo método biarmônico e pela rede: os três borrados, a rede menos."
)
claims.check(source, **{f"hole_{name}": error for name, error in hole_errors.items()})


# %% [markdown] lang="en"
# The squared error inside the square is {{ hole_mean }} for the mean digit, {{ hole_biharmonic }} for biharmonic inpainting and {{ hole_network }} for the network. The network has the smallest error, but look at the figure: it mostly gives grey smudges rather than strokes, and next to the two 1s it leaves a faint pattern where the paper should be white. Many completions are possible, and the loss again rewards their mean. The training is also short.
#
# ### Doubling the resolution
#
# We shrink clothes from 28 × 28 to 14 × 14 pixels (each pixel is the mean of four) and train a network to output the original. This task is called **super-resolution**. The baseline is **bicubic** interpolation. No bottleneck is needed, because copying is not a solution: the network has a few convolutions at 14 × 14 and one transposed convolution that doubles the size.
#
# **Predict:** the network was trained on 12,000 clothes. By how many decibels will it beat bicubic interpolation?
# %% [markdown] lang="pt-BR"
# O erro quadrático dentro do quadrado é {{ hole_mean }} para o dígito médio, {{ hole_biharmonic }} para o preenchimento biarmônico e {{ hole_network }} para a rede. A rede tem o menor erro, mas olhe a figura: em geral ela produz borrões cinza, e não traços, e ao lado dos dois dígitos 1 deixa um padrão tênue onde o papel deveria ser branco. Muitos preenchimentos são possíveis, e o custo favorece outra vez a média deles. Além disso, o treino é curto.
#
# ### O dobro da resolução
#
# Reduzimos roupas de 28 × 28 para 14 × 14 pixels (cada pixel é a média de quatro) e treinamos uma rede para devolver a original. Essa tarefa se chama **super-resolução**. A linha de base é a interpolação **bicúbica**. Não é preciso gargalo, porque copiar não resolve: a rede tem algumas convoluções em 14 × 14 e uma convolução transposta que dobra o tamanho.
#
# **Arrisque:** a rede foi treinada com 12.000 roupas. Quantos decibéis de vantagem ela terá sobre a interpolação bicúbica?
# %%
def shrink(x):
    """Batches (half the size, original)."""
    # pt: """Lotes (metade do tamanho, original)."""
    return tf.nn.avg_pool2d(x, 2, 2, "VALID"), x


def build_enlarger(filters=24):
    """Network from 14 x 14 to 28 x 28 pixels."""
    # pt: """Rede de 14 x 14 para 28 x 28 pixels."""
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
# Bicubic interpolation reaches {{ bicubic_psnr }} dB (SSIM {{ bicubic_ssim }}) and the network {{ enlarger_psnr }} dB (SSIM {{ enlarger_ssim }}). Its edges are visibly sharper. Detail that was lost in the mean of four pixels is not recovered: the lettering on the pullover stays unreadable. What looks like new detail is an estimate from the training data.
#
# ### Saving encoder and decoder
#
# As in lesson 02, encoder and decoder are saved in separate `.keras` files. `safe_mode=True` refuses files that would run code. After loading, the outputs must be identical, bit for bit.
# %% [markdown] lang="pt-BR"
# A interpolação bicúbica chega a {{ bicubic_psnr }} dB (SSIM de {{ bicubic_ssim }}) e a rede, a {{ enlarger_psnr }} dB (SSIM de {{ enlarger_ssim }}). As bordas dela são visivelmente mais nítidas. O detalhe que se perdeu na média de quatro pixels não é recuperado: as letras do suéter continuam ilegíveis. O que parece detalhe novo é uma estimativa feita a partir dos dados de treino.
#
# ### Salvar o codificador e o decodificador
#
# Como na aula 02, o codificador e o decodificador são salvos em arquivos `.keras` separados. `safe_mode=True` recusa arquivos que executariam código. Depois de carregados, eles devem dar saídas idênticas, bit a bit.
# %%
work = settings.run_folder()
print(settings.relative(work))
encoder.save(work / "encoder.keras")
decoder.save(work / "decoder.keras")


def load_and_restore(folder, damaged):
    """Outputs of the saved encoder and decoder."""
    # pt: """Saídas do codificador e do decodificador salvos."""
    first = keras.models.load_model(folder / "encoder.keras", safe_mode=True)
    second = keras.models.load_model(folder / "decoder.keras", safe_mode=True)
    return second.predict_on_batch(first.predict_on_batch(damaged[..., None]))[..., 0]


# %% tags=["nbval-check-output"]
in_memory = autoencoder.predict_on_batch(x_test_noisy[:100, ..., None])[..., 0]
print(np.array_equal(load_and_restore(work, x_test_noisy[:100]), in_memory))
# %% [markdown] lang="en"
# ## References
#
# The network of section 2 and its settings come from Eduardo Lobo Lustosa Cabral's lecture "Autoencoders - Parte 2". The clothes networks have as many layers as those of João Linhares, "Autoencoders", Universidade do Minho.
#
# - P. Vincent, H. Larochelle, Y. Bengio, P.-A. Manzagol, *Extracting and composing robust features with denoising autoencoders*, ICML, 2008.
# - J. W. Tukey, *Exploratory Data Analysis*, Addison-Wesley, 1977 (running medians).
# - A. Buades, B. Coll, J.-M. Morel, *A non-local algorithm for image denoising*, CVPR, 2005.
# - D. L. Donoho, I. M. Johnstone, *Ideal spatial adaptation by wavelet shrinkage*, Biometrika 81, 1994 (VisuShrink).
# - S. G. Chang, B. Yu, M. Vetterli, *Adaptive wavelet thresholding for image denoising and compression*, IEEE Transactions on Image Processing 9, 2000 (BayesShrink).
# - Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, *Image quality assessment: from error visibility to structural similarity*, IEEE Transactions on Image Processing 13, 2004.
# - A. Odena, V. Dumoulin, C. Olah, *Deconvolution and checkerboard artifacts*, Distill, 2016.
# - S. B. Damelin, N. S. Hoang, *On surface completion and image inpainting by biharmonic functions: numerical aspects*, International Journal of Mathematics and Mathematical Sciences, 2018.
# - S. van der Walt and others, *scikit-image: image processing in Python*, PeerJ 2, 2014.
#
# Next: lesson 05 uses the reconstruction error to find abnormal heartbeats. Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# ## Referências
#
# A rede da seção 2 e suas configurações vêm da aula "Autoencoders - Parte 2", de Eduardo Lobo Lustosa Cabral. As redes para roupas têm o mesmo número de camadas que as de João Linhares, "Autoencoders", Universidade do Minho.
#
# - P. Vincent, H. Larochelle, Y. Bengio, P.-A. Manzagol, *Extracting and composing robust features with denoising autoencoders*, ICML, 2008.
# - J. W. Tukey, *Exploratory Data Analysis*, Addison-Wesley, 1977 (medianas móveis).
# - A. Buades, B. Coll, J.-M. Morel, *A non-local algorithm for image denoising*, CVPR, 2005.
# - D. L. Donoho, I. M. Johnstone, *Ideal spatial adaptation by wavelet shrinkage*, Biometrika 81, 1994 (VisuShrink).
# - S. G. Chang, B. Yu, M. Vetterli, *Adaptive wavelet thresholding for image denoising and compression*, IEEE Transactions on Image Processing 9, 2000 (BayesShrink).
# - Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, *Image quality assessment: from error visibility to structural similarity*, IEEE Transactions on Image Processing 13, 2004.
# - A. Odena, V. Dumoulin, C. Olah, *Deconvolution and checkerboard artifacts*, Distill, 2016.
# - S. B. Damelin, N. S. Hoang, *On surface completion and image inpainting by biharmonic functions: numerical aspects*, International Journal of Mathematics and Mathematical Sciences, 2018.
# - S. van der Walt e outros, *scikit-image: image processing in Python*, PeerJ 2, 2014.
#
# A seguir: a aula 05 usa o erro de reconstrução para encontrar batimentos cardíacos anormais. Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
