# %% [markdown] lang="en"
# # Generating cartoon faces with a variational autoencoder
#
# [Open in Colab]({{ colab }}) · Lesson 09 · reading: {{ reading_minutes }} min · running: {{ minutes.class }} min
# (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# An autoencoder that copies faces well: can it also draw new ones? And how do you measure whether the new faces are good?
#
# **After this lesson you can**
#
# - train on colour images that are read from files in batches;
# - build a deep convolutional autoencoder, save its encoder and decoder, and evaluate the loaded pair;
# - measure *where* a reconstruction fails (glasses, beards, hair), and compare two loss functions;
# - train a variational autoencoder (VAE) on colour images and decode samples from $N(0, I)$;
# - compare generated images by eye *and* by the Fréchet distance, and name the limits of that distance;
# - add glasses to a face, or remove them, with a vector in latent space.
#
# **Prerequisites:** convolutions (lesson 04) and the VAE (lesson 08).
#
# **You will need:** a computer with Python {{ python }}, or a free Colab account. No GPU.
# %% [markdown] lang="pt-BR"
# # Geração de rostos de desenho com um autoencoder variacional
#
# [Abrir no Colab]({{ colab }}) · Aula 09 · leitura: {{ reading_minutes }} min · execução: {{ minutes.class }} min
# (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# Um autoencoder que copia bem os rostos consegue também desenhar rostos novos? E como medir se os rostos novos são bons?
#
# **Ao final desta aula você saberá**
#
# - treinar com imagens coloridas lidas de arquivos, lote a lote;
# - montar um autoencoder convolucional profundo, salvar o codificador e o decodificador e avaliar o par carregado;
# - medir *onde* uma reconstrução falha (óculos, barbas, cabelo) e comparar duas funções de custo;
# - treinar um autoencoder variacional (VAE) com imagens coloridas e decodificar amostras de $N(0, I)$;
# - comparar imagens geradas a olho *e* pela distância de Fréchet, e dizer quais são os limites dessa distância;
# - pôr óculos em um rosto, ou tirá-los, com um vetor do espaço latente.
#
# **Pré-requisitos:** convoluções (aula 04) e o VAE (aula 08).
#
# **Você vai precisar de:** um computador com Python {{ python }}, ou uma conta gratuita no Colab. Não é preciso GPU.
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("09_cartoon_generation")
# %% [markdown] lang="en"
# If every line of the table says *ok*, continue with the imports.
# %% [markdown] lang="pt-BR"
# Se todas as linhas da tabela mostram *ok*, continue com as importações.
# %%
import sys
import time
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from tqdm.keras import TqdmCallback

from utils import claims, data, explore, plot, resume, settings, text
from utils.progress import tqdm

# %% [markdown] lang="en"
# ## 1. Reading images in batches
#
# Google's **Cartoon Set** has 10,000 or 100,000 faces. A program made them by combining 18 attributes at random: hair, beard, glasses, colours, proportions. We use them as RGB images of up to 256 × 256 pixels.
#
# **Predict before you run:** how many gigabytes do 100,000 such faces take as `float32`? How much memory does your computer have?
# %% [markdown] lang="pt-BR"
# ## 1. Leitura das imagens em lotes
#
# O **Cartoon Set** do Google tem 10.000 ou 100.000 rostos. Um programa os montou combinando ao acaso 18 atributos: cabelo, barba, óculos, cores, proporções. Usamos essas imagens em RGB, com até 256 × 256 pixels.
#
# **Arrisque antes de executar:** quantos gigabytes ocupam 100.000 desses rostos em `float32`? Quanta memória tem o seu computador?
# %%
size = settings.pick(quick=32, class_=64, full=256)  # 64, 128 or 256 pixels  # pt: 64, 128 ou 256 pixels
most = settings.pick(quick=240, class_=1400, full=None)  # faces to use; None for all
# pt: rostos a usar; None para todos
faces = data.cartoon_generation.load("10k", most)
print(faces.provenance)
n_train = len(faces.paths["train"])
claims.check(faces.source, gb_100k=100_000 * 256 * 256 * 3 * 4 / 1e9, n_train=n_train)


# %% [markdown] lang="en"
# All 100,000 faces would take {{ gb_100k }} GB, more than a laptop can hold. So the images stay in their **files**, and a pipeline reads the next batch while the network trains on the current one. `stream` below uses such a pipeline, built with `tf.data`:
#
# 1. shuffle the file *names* in each epoch;
# 2. read, decode, crop and resize each image on several threads;
# 3. group the images into batches with values between 0 and 1;
# 4. prepare the next batch while the network computes (`prefetch`).
#
# This lesson trains on {{ n_train }} faces only. They would fit into memory, and for PCA we do load them all. We stream them anyway, because the same code then works for the full set.
# %% [markdown] lang="pt-BR"
# Os 100.000 rostos ocupariam {{ gb_100k }} GB, mais do que cabe em um computador portátil. Por isso as imagens ficam nos **arquivos**, e um fluxo de dados lê o próximo lote enquanto a rede treina com o atual. A função `stream`, abaixo, usa um fluxo desses, feito com `tf.data`:
#
# 1. embaralhar os *nomes* dos arquivos a cada época;
# 2. ler, decodificar, recortar e redimensionar cada imagem, em várias threads;
# 3. agrupar as imagens em lotes, com valores entre 0 e 1;
# 4. preparar o próximo lote enquanto a rede calcula (`prefetch`).
#
# Esta aula treina com apenas {{ n_train }} rostos. Eles caberiam na memória, e para a PCA nós carregamos todos. Mesmo assim usamos o fluxo, pois o mesmo código serve para o conjunto completo.
# %%
def stream(part, count=None, batch=64, **settings):
    """Batches of the first `count` faces of a part, read from their files."""
    # pt: """Lotes dos primeiros `count` rostos de uma parte, lidos de seus arquivos."""
    return data.cartoon_generation.stream(faces.paths[part][:count], size, batch, faces.keep, **settings)


def pictures(part, count=None):
    """The first `count` faces of a part as one array: to look at, to measure."""
    # pt: """Os primeiros `count` rostos de uma parte num só array: para olhar, para medir."""
    return np.concatenate([x.numpy() for x in stream(part, count)])


def show_rows(rows, alt):
    """Rows of faces, with the credit that their licence asks for."""
    # pt: """Linhas de rostos, com o crédito que a licença pede."""
    plot.image_rows(rows, alt=alt)
    print("Cartoon Set, Google, CC BY 4.0" if faces.source == "real" else drawn)


drawn = "synthetic faces, drawn for this course"  # pt: "rostos sintéticos, desenhados para este curso"
x_look = pictures("val", 16)
show_rows(
    {"": x_look[:8], " ": x_look[8:]},
    alt="Two rows of cartoon faces: all kinds of hair, skin, beards and glasses, each in the same place.",
    # pt: "Duas fileiras de rostos de desenho: cabelos, peles, barbas e óculos de todo tipo, sempre no mesmo lugar."
)


# %% [markdown] lang="en"
# All faces look straight ahead, with the eyes at the same height. That makes the data easy, above all for PCA; keep it in mind.
#
# How fast is the pipeline? We time one pass over the training files, and one with `cache=True`, which keeps the decoded *bytes* in memory after the first epoch. The cache needs $n \cdot \text{size}^2 \cdot 3$ bytes.
# %% [markdown] lang="pt-BR"
# Todos os rostos olham de frente, com os olhos à mesma altura. Isso torna os dados fáceis, sobretudo para a PCA; lembre-se disso mais adiante.
#
# Qual é a velocidade do fluxo? Medimos o tempo de uma passada pelos arquivos de treino e o de uma com `cache=True`, que guarda na memória os *bytes* decodificados depois da primeira época. O cache precisa de $n \cdot \text{size}^2 \cdot 3$ bytes.
# %%
def images_per_second(dataset):
    """Speed of one pass over a stream."""
    # pt: """Velocidade de uma passada por um fluxo."""
    start = time.perf_counter()
    count = sum(len(x) for x in dataset)
    return count / (time.perf_counter() - start)


in_memory = n_train * size * size * 3 < 1e9
from_disk = images_per_second(stream("train", batch=16, seed=settings.seed()))
cached = stream("train", batch=16, seed=settings.seed(), cache=in_memory)
images_per_second(cached)  # the first epoch fills the cache  # pt: a primeira época enche o cache
rows = [(text.number(from_disk, ",.0f"), text.number(images_per_second(cached), ",.0f"))]
text.table(
    ("from files", "from the cache"), rows, "Faces per second"
)  # pt: "dos arquivos", "do cache", "Rostos por segundo"


# %% [markdown] lang="en"
# The cache saves time here, because decoding uses the same processor cores as the network.
#
# {{ n_train }} training faces are few for a network. We use **data augmentation**: the mirror image of a face is also a face. The pipeline mirrors training images at random; validation and test images stay as they are.
# %% [markdown] lang="pt-BR"
# O cache economiza tempo aqui, pois a decodificação usa os mesmos núcleos do processador que a rede.
#
# São poucos rostos de treino para uma rede: {{ n_train }}. Por isso fazemos **aumento de dados** (*data augmentation*): a imagem espelhada de um rosto também é um rosto. O fluxo espelha ao acaso as imagens de treino; as de validação e de teste ficam como são.
# %%
def twice(x):
    """The image is input and target."""
    # pt: """A imagem é entrada e alvo."""
    return x, x


flip = layers.RandomFlip("horizontal", seed=settings.seed())


def training_pairs(batch):
    """Batches of training faces, mirrored at random; only full ones (section 4 says why)."""
    # pt: """Lotes de rostos de treino, espelhados ao acaso; só lotes completos (a seção 4 diz por quê)."""
    x = stream("train", n_train // batch * batch, batch, seed=settings.seed(), cache=in_memory)
    return x.map(lambda faces: twice(flip(faces, training=True))).prefetch(2)


val_pairs = stream("val", batch=128, cache=in_memory).map(twice)


# %% [markdown] lang="en"
# ## 2. Measures for hair, eyes, glasses and beards
#
# The lecture that this lesson follows reports that *beards and glasses are blurred and hair vanishes* in its reconstructions. The mean error over all pixels hides this, because most pixels are white or plain skin. All faces are aligned, so we can measure the error by region: a **band** for the hair, one for the eyes, one for mouth and chin.
#
# Glasses get a measure of their own. Skin has a single colour in these drawings, and the bridge of the nose shows nothing but skin unless the face wears glasses. So we compare that spot with the skin below it.
# %% [markdown] lang="pt-BR"
# ## 2. Medidas para cabelo, olhos, óculos e barbas
#
# A aula que serve de referência a esta relata que, em suas reconstruções, *barbas e óculos saem borrados e o cabelo some*. O erro médio sobre todos os pixels esconde isso, pois a maioria deles é branca ou pele lisa. Como todos os rostos estão alinhados, podemos medir o erro por região: uma **faixa** para o cabelo, uma para os olhos, outra para boca e queixo.
#
# Os óculos têm uma medida própria. Nesses desenhos a pele tem uma cor só, e no alto do nariz só há pele, a menos que o rosto use óculos. Basta comparar esse ponto com a pele logo abaixo.
# %%
def region(x, top, bottom, left=0.0, right=1.0):
    """The part of images (n, side, side, 3) between two shares of the height and of the width."""
    # pt: """A parte de imagens (n, lado, lado, 3) entre duas frações da altura e da largura."""
    side = x.shape[1]
    return x[:, round(top * side) : round(bottom * side), round(left * side) : round(right * side)]


def glasses_score(x):
    """Largest difference between a row of the bridge of the nose and the skin below it."""
    # pt: """Maior diferença entre uma linha do alto do nariz e a pele logo abaixo."""
    skin = region(x, 0.56, 0.60, 0.47, 0.53).mean(axis=(1, 2), keepdims=True)
    return np.abs(region(x, 0.47, 0.55, 0.48, 0.52) - skin).mean(axis=(2, 3)).max(axis=1)


def moustache_score(x):
    """The same between nose and mouth: large where there is a moustache."""
    # pt: """O mesmo entre nariz e boca: grande onde há bigode."""
    skin = region(x, 0.56, 0.60, 0.47, 0.53).mean(axis=(1, 2), keepdims=True)
    return np.abs(region(x, 0.655, 0.685, 0.44, 0.56) - skin).mean(axis=(2, 3)).max(axis=1)


# %% [markdown] lang="en"
# The official archive has a table of attributes that says which faces wear glasses. The copy used for the outputs on this page lacks that table, so the score provides the labels. To check it, we labelled some dozens of validation faces by eye.
# %% [markdown] lang="pt-BR"
# O arquivo oficial tem uma tabela de atributos que informa quais rostos usam óculos. A cópia usada nas saídas desta página não tem essa tabela; nela, os rótulos vêm da medida. Para verificá-la, rotulamos a olho algumas dezenas de rostos de validação.
# %%
THRESHOLD = 0.02
by_eye = {
    True: "6637 4774 1215 227 1712 1551 1649 1672 4746 750 272 138 1584 2135 8952 1479 7770 7392 "
    "140 1531 1566 6173 146 1661 1571 1703 9670 1540 1176 1341 1686 3687 4724 4683 9517",
    False: "1377 5263 5614 7543 4846 1373 4808 1147 1538 4948 1141 1665 1331 "
    "5233 3226 1243 5735 5268 1351 3188 1166 416 2779 2052 5684",
}
seen = {number: wears for wears, numbers in by_eye.items() for number in numbers.split()}


def labels(part, name, score):
    """Who has a thing: from the table of attributes or, without one, from the score."""
    # pt: """Quem tem uma coisa: pela tabela de atributos ou, sem ela, pela medida."""
    known = faces.table[part].get(name)
    if known is None:
        known = np.concatenate([score(x.numpy()) for x in stream(part)]) > THRESHOLD
    return known


has_train = labels("train", "has_glasses", glasses_score)
has_val, has_test = (labels(part, "has_glasses", glasses_score)[:500] for part in ("val", "test"))
x_val = pictures("val", 500)
numbers = [Path(path).stem for path in faces.paths["val"][:500]]
known = "has_glasses" in faces.table["val"]
checked = np.array([known or n in seen for n in numbers])
truth = np.array([wears if known else seen.get(n, wears) for n, wears in zip(numbers, has_val)])
# %%
scores = glasses_score(x_val)
agree = ((scores > THRESHOLD) == truth)[checked].mean()
order = np.argsort(scores)
shown = order[np.linspace(0, len(order) - 1, 24).astype(int)].reshape(3, 8)
show_rows(
    {f"{scores[line].min():.2f} – {scores[line].max():.2f}": x_val[line] for line in shown},
    alt="Validation faces sorted by the score: none has glasses in the first row, all have in the last.",
    # pt: "Rostos de validação em ordem da medida: na primeira fileira ninguém usa óculos, na última todos usam."
)
claims.check(faces.source, looked_at=checked.sum(), agree=agree, share_glasses=has_train.mean())
# %% [markdown] lang="en"
# The score agrees with our labels on {{ agree }} of the {{ looked_at }} faces. It finds glasses on {{ share_glasses }} of the training faces. The range of scores is at the left of each row: without glasses it is practically zero.
#
# ## 3. Baselines: mean face, PCA, PCA of patches
#
# What can we do without a network?
#
# - **Mean face:** the same answer for every image.
# - **PCA** of whole faces (lesson 01).
# - **PCA of patches:** cut each face into squares of 8 × 8 pixels and encode each square with a few numbers, much as JPEG does.
#
# Their codes are as long as the network's code in section 4, except that PCA cannot have more components than training faces. We fit on the training set, choose on the validation set and report on the test set.
# %% [markdown] lang="pt-BR"
# A medida concorda com os nossos rótulos em {{ agree }} dos {{ looked_at }} rostos. Ela encontra óculos em {{ share_glasses }} dos rostos de treino. À esquerda de cada linha estão os valores da medida: sem óculos, ela é praticamente zero.
#
# ## 3. Linhas de base: rosto médio, PCA, PCA de retalhos
#
# O que se consegue sem rede?
#
# - **Rosto médio:** a mesma resposta para todas as imagens.
# - **PCA** de rostos inteiros (aula 01).
# - **PCA de retalhos:** cortar cada rosto em quadrados de 8 × 8 pixels e codificar cada quadrado com poucos números, de modo parecido com o JPEG.
#
# Os códigos têm o tamanho do código da rede da seção 4; a única diferença é que a PCA não pode ter mais componentes que rostos de treino. Ajustamos no treino, escolhemos na validação e informamos os resultados no teste.
# %%
latent_dim = 64  # length of the code that we will sample from
# pt: tamanho do código que vamos sortear
maps = 32  # channels of the code of the reconstruction network
# pt: canais do código da rede de reconstrução
wide = (size // 8) ** 2 * maps
x_fit = pictures("train", settings.pick(quick=None, class_=None, full=500))  # PCA needs them all at once
# pt: a PCA precisa de todos de uma vez
start = time.perf_counter()
pca = PCA(min(wide, len(x_fit) - 1), svd_solver="full")
pca.fit(x_fit.reshape(len(x_fit), -1))
seconds_pca = time.perf_counter() - start


def pca_rebuild(x, k):
    """Faces from their first k principal components."""
    # pt: """Rostos a partir de seus k primeiros componentes principais."""
    basis = pca.components_[:k]
    return (pca.mean_ + (x.reshape(len(x), -1) - pca.mean_) @ basis.T @ basis).reshape(x.shape)


# %%
def to_patches(x, side=8):
    """Squares of side x side pixels of images (n, size, size, 3), as rows."""
    # pt: """Quadrados de side x side pixels de imagens (n, size, size, 3), como linhas."""
    count = x.shape[1] // side
    return x.reshape(-1, count, side, count, side, 3).swapaxes(2, 3).reshape(-1, side * side * 3)


def from_patches(rows, size, side=8):
    """The images that such rows came from."""
    # pt: """As imagens de onde vieram essas linhas."""
    count = size // side
    return rows.reshape(-1, count, count, side, side, 3).swapaxes(2, 3).reshape(-1, size, size, 3)


start = time.perf_counter()
patch_pca = PCA(maps, svd_solver="covariance_eigh").fit(to_patches(x_fit))
seconds_patches = time.perf_counter() - start


def patch_rebuild(x):
    """Faces from `maps` numbers for each square of 8 x 8 pixels."""
    # pt: """Rostos a partir de `maps` números para cada quadrado de 8 x 8 pixels."""
    return from_patches(patch_pca.inverse_transform(patch_pca.transform(to_patches(x))), size)


# %% [markdown] lang="en"
# ## 4. A deep convolutional autoencoder
#
# The reference network has an encoder of 18 layers and a decoder of 16, trained for 25 epochs. Ours has the same numbers of layers. Its building block has three of them:
#
# - a **convolution**, with stride 2 where it halves the side of the image;
# - **batch normalisation**, which centres and scales each channel over the batch and speeds up the training of deep networks;
# - a **leaky ReLU**, which lets a small gradient through for negative inputs.
#
# The decoder uses transposed convolutions, which double the side when their stride is 2. Then their kernels are 4 × 4: with a kernel size divisible by the stride, every output pixel gets the same number of contributions, which avoids checkerboard patterns.
#
# The code is a grid of 1/8 of the side with {{ maps }} channels, flattened. Each number of the code therefore belongs to one place in the image.
# %% [markdown] lang="pt-BR"
# ## 4. Um autoencoder convolucional profundo
#
# A rede de referência tem um codificador de 18 camadas e um decodificador de 16, treinados por 25 épocas. A nossa tem o mesmo número de camadas. O bloco básico tem três:
#
# - uma **convolução**, com passo 2 onde ela reduz o lado da imagem à metade;
# - **normalização de lote** (*batch normalization*), que centraliza e escala cada canal no lote e acelera o treino de redes profundas;
# - uma **leaky ReLU**, que deixa passar um pequeno gradiente quando a entrada é negativa.
#
# O decodificador usa convoluções transpostas, que dobram o lado quando o passo é 2. Nesse caso, os kernels são de 4 × 4: quando o tamanho do kernel é divisível pelo passo, todo pixel de saída recebe o mesmo número de contribuições, o que evita padrões de tabuleiro de xadrez.
#
# O código é uma grade com 1/8 do lado e {{ maps }} canais, achatada em um vetor. Assim, cada número do código pertence a um lugar da imagem.
# %%
def block(h, width, layer, strides):
    """Three layers: convolution (or its transpose), batch normalisation, leaky ReLU."""
    # pt: """Três camadas: convolução (ou a transposta), normalização de lote, leaky ReLU."""
    side = 4 if layer is layers.Conv2DTranspose and strides == 2 else 3
    h = layer(width, side, strides=strides, padding="same", use_bias=False)(h)
    return layers.LeakyReLU(0.1)(layers.BatchNormalization(momentum=0.9)(h))


def paint(h):
    """The last layer: twice the side, three colours between 0 and 1."""
    # pt: """A última camada: o dobro do lado, três cores entre 0 e 1."""
    return layers.Conv2DTranspose(3, 4, strides=2, padding="same", activation="sigmoid", name="x_hat")(h)


# %%
def build_reconstruction(size, widths, maps):
    """Encoder of 18 layers, decoder of 16, and both together."""
    # pt: """Codificador de 18 camadas, decodificador de 16, e os dois juntos."""
    h = image = keras.Input((size, size, 3), name="image")
    for width, strides in zip((*widths, widths[-1], widths[-1]), (2, 2, 2, 1, 1)):
        h = block(h, width, layers.Conv2D, strides)
    code = layers.Flatten(name="code")(layers.Conv2D(maps, 1)(h))
    encoder = keras.Model(image, code, name="encoder")
    z = keras.Input(code.shape[1:], name="z")
    h = layers.Reshape((size // 8, size // 8, maps))(z)
    h = layers.Conv2D(widths[-1], 3, padding="same")(h)
    for width, strides in zip((widths[-1], *reversed(widths)), (1, 1, 2, 2)):
        h = block(h, width, layers.Conv2DTranspose, strides)
    decoder = keras.Model(z, paint(h), name="decoder")
    return encoder, decoder, keras.Model(image, decoder(encoder(image)), name="autoencoder")


# %%
widths = settings.pick(quick=(8, 16, 24), class_=(32, 64, 96), full=(64, 128, 256))
keras.utils.set_random_seed(settings.seed())
encoder, decoder, autoencoder = build_reconstruction(size, widths, maps)
decoder.summary()
claims.check(
    faces.source,
    F10_encoder=len(encoder.layers),
    F10_decoder=len(decoder.layers),
    maps=maps,
    code_wide=wide,
)


# %% [markdown] lang="en"
# Keras counts the input layer too, which gives {{ F10_encoder }} and {{ F10_decoder }} layers. One function trains every model of this lesson. It uses Adam with a learning-rate schedule: one epoch of warm-up, then a cosine decay.
#
# The batches are small (eight faces), so that one epoch over {{ n_train }} faces has many training steps. `jit_compile` lets the compiler XLA fuse the small operations of a step. It compiles once for each input shape, so training leaves out the few faces that do not fill a batch. As in lesson 06, an interrupted training continues from its last backup.
# %% [markdown] lang="pt-BR"
# O Keras conta também a camada de entrada: são {{ F10_encoder }} e {{ F10_decoder }} camadas. Uma única função treina todos os modelos da aula. Ela usa o Adam com um cronograma da taxa de aprendizado: uma época de aquecimento e, depois, queda em forma de cosseno.
#
# Os lotes são pequenos (oito rostos), para que uma época com {{ n_train }} rostos tenha muitos passos de treino. Com `jit_compile`, o compilador XLA funde as pequenas operações de um passo. Ele compila uma vez para cada formato de entrada; por isso o treino deixa de fora os poucos rostos que não completam um lote. Como na aula 06, um treino interrompido continua da última cópia salva.
# %%
def train(model, loss, epochs, batch, peak):
    """Fit `model` to give back its input; returns the history and the seconds."""
    # pt: """Ajusta `model` para devolver a entrada; dá o histórico e os segundos."""
    train_pairs = training_pairs(batch)
    warm = len(train_pairs)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, (epochs - 1) * warm + 1, warmup_target=peak, warmup_steps=warm
    )
    xla = environment.xla_works()
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["mse"], jit_compile=xla)
    kept = resume.backup(model, epochs, n_train)  # if interrupted, run the cell again
    # pt: se for interrompido, execute a célula de novo
    start = time.perf_counter()
    history = model.fit(
        train_pairs,
        validation_data=val_pairs,
        epochs=epochs,
        initial_epoch=kept.epoch,
        shuffle=False,
        verbose=0,
        callbacks=[TqdmCallback(epochs, verbose=0, tqdm_class=tqdm, file=sys.stdout), kept],
    )
    return history, time.perf_counter() - start


epochs = settings.pick(quick=2, class_=18, full=25)
history_mse, seconds_mse = train(autoencoder, "mse", epochs, batch=8, peak=5e-3)


# %% [markdown] lang="en"
# ### A loss with absolute error and edges
#
# Squared error favours blur. Where the network is unsure on which side of an edge a pixel lies, the mean of the two colours minimises the expected squared error. We add two terms that favour sharper edges:
#
# - **absolute error**, whose optimum is the median, so one of the two colours;
# - the absolute error of the **differences between neighbouring pixels**, which is large along a blurred edge.
#
# $$L(x, \hat x) = \overline{(x - \hat x)^2} + 0.1 \left( \overline{|x - \hat x|} + \overline{|\nabla x - \nabla \hat x|} \right)$$
#
# The last term is the sum of the horizontal and the vertical mean.
#
# **Predict:** same network, same epochs, this loss. Will its *squared* error be lower or higher?
# %% [markdown] lang="pt-BR"
# ### Uma função de custo com erro absoluto e bordas
#
# O erro quadrático favorece o borrão. Quando a rede não sabe de que lado de uma borda fica um pixel, a média das duas cores minimiza o erro quadrático esperado. Acrescentamos dois termos que favorecem bordas mais nítidas:
#
# - o **erro absoluto**, cujo ótimo é a mediana e, portanto, uma das duas cores;
# - o erro absoluto das **diferenças entre pixels vizinhos**, que é grande ao longo de uma borda borrada.
#
# $$L(x, \hat x) = \overline{(x - \hat x)^2} + 0{,}1 \left( \overline{|x - \hat x|} + \overline{|\nabla x - \nabla \hat x|} \right)$$
#
# O último termo é a soma das médias horizontal e vertical.
#
# **Arrisque:** mesma rede, mesmas épocas, este custo. O erro *quadrático* será menor ou maior?
# %%
def edges(x):
    """Differences of each pixel with its right and with its lower neighbour."""
    # pt: """Diferenças de cada pixel com o vizinho da direita e com o de baixo."""
    return x[:, :, 1:] - x[:, :, :-1], x[:, 1:] - x[:, :-1]


def edge_loss(x, x_hat):
    """Squared error, plus a tenth of the absolute error of pixels and edges."""
    # pt: """Erro quadrático, mais um décimo do erro absoluto de pixels e bordas."""
    absolute = ops.mean(ops.abs(x - x_hat))
    for edge, edge_hat in zip(edges(x), edges(x_hat)):
        absolute += ops.mean(ops.abs(edge - edge_hat))
    return ops.mean((x - x_hat) ** 2) + 0.1 * absolute


keras.utils.set_random_seed(settings.seed())
sharp_encoder, sharp_decoder, sharp = build_reconstruction(size, widths, maps)
history_sharp, seconds_sharp = train(sharp, edge_loss, epochs, batch=8, peak=5e-3)
# %%
plot.history(
    {"trained with MSE": history_mse, "trained with edges": history_sharp},
    # pt: "treinada com MSE", "treinada com bordas"
    ylabel="mean squared error",
    alt="Both networks: training and validation error fall together over the epochs, most in the first ones.",
    # pt: "As duas redes: os erros de treino e de validação caem juntos ao longo das épocas, sobretudo nas primeiras."
    metric="mse",
)
# %% [markdown] lang="en"
# Dashed lines show training (measured during the epoch, with mirrored images), solid lines validation. The curves lie close together, so there is no sign of overfitting.
#
# Now we evaluate the test faces by band. Besides the absolute error we report the share of **edges** that is kept. Like $R^2$, it is 100% for perfect edges and falls for blurred, missing and invented ones.
# %% [markdown] lang="pt-BR"
# As linhas tracejadas são do treino (medido durante a época, com imagens espelhadas); as cheias, da validação. As curvas ficam próximas: não há sinal de sobreajuste (*overfitting*).
#
# Agora avaliamos os rostos de teste por faixa. Além do erro absoluto, informamos a fração das **bordas** que se conserva. Como o $R^2$, ela vale 100% para bordas perfeitas e cai com bordas borradas, ausentes ou inventadas.
# %%
x_test = pictures("test", 500)
BANDS = {"hair": (0.0, 0.33), "eyes": (0.42, 0.62), "mouth and chin": (0.64, 0.9)}
# pt: "cabelo", "olhos", "boca e queixo"
rebuilt = {"PCA": pca_rebuild(x_test, wide), "patches": patch_rebuild(x_test)}  # pt: "patches"
rebuilt["MSE"] = autoencoder.predict(x_test, verbose=0)
rebuilt["edges"] = sharp.predict(x_test, verbose=0)


def mse(x, x_hat):
    """Mean squared error."""
    # pt: """Erro quadrático médio."""
    return float(np.mean((x - x_hat) ** 2))


def mae(x, x_hat):
    """Mean absolute error."""
    # pt: """Erro absoluto médio."""
    return float(np.abs(x - x_hat).mean())


def edges_kept(x, x_hat):
    """1 if all edges are right, less for blurred, missing or invented ones."""
    # pt: """1 se todas as bordas estão certas, menos por bordas borradas, ausentes ou inventadas."""
    wrong = sum(np.sum((a - b) ** 2) for a, b in zip(edges(x), edges(x_hat)))
    return float(1 - wrong / sum(np.sum(a**2) for a in edges(x)))


# %%
places = {name: (np.full(len(x_test), True), *band) for name, band in BANDS.items()}
middle = list(BANDS.values())[1]
places |= {
    "eyes, with glasses": (has_test, *middle),  # pt: "olhos, com óculos"
    "eyes, without": (~has_test, *middle),  # pt: "olhos, sem óculos"
}
table, rows = {}, []
for place, (who, top, bottom) in places.items():
    x = region(x_test[who], top, bottom)
    pairs = [(mae(x, y), edges_kept(x, y)) for y in (region(r[who], top, bottom) for r in rebuilt.values())]
    table[place] = dict(zip(rebuilt, pairs))
    rows.append((place, *(f"{text.number(e, '.4f')} · {text.number(c, '.0%')}" for e, c in pairs)))
header = ("place", "PCA", "PCA of patches", "network, MSE", "network, edges")
# pt: "lugar", "PCA de retalhos", "rede, MSE", "rede, bordas"
text.table(
    header, rows, "Absolute error · edges kept; test faces"
)  # pt: "Erro absoluto · bordas conservadas; rostos de teste"


# %% [markdown] lang="en"
# One direct question remains: are the **glasses still there**? We compute the glasses score on the reconstructions. In a blurred image, some colour of the eyes leaks to the bridge of the nose. So we choose a new threshold for each model, on validation faces.
# %% [markdown] lang="pt-BR"
# Falta uma pergunta direta: os **óculos continuam lá**? Calculamos a medida dos óculos nas reconstruções. Em uma imagem borrada, parte da cor dos olhos vaza para o alto do nariz. Por isso escolhemos um limiar novo para cada modelo, nos rostos de validação.
# %%
def best_threshold(scores, truth):
    """The threshold that separates best: mean of the two shares of right answers."""
    # pt: """O limiar que melhor separa: média das duas frações de acertos."""
    options = np.sort(scores)
    right = [(scores[truth] > t).mean() + (scores[~truth] <= t).mean() for t in options]
    return options[int(np.argmax(right))]


def told_apart(output_val, output_test):
    """Share of test faces sorted rightly by the score of their images: mean of both groups."""
    # pt: """Fração dos rostos de teste bem separados pela medida de suas imagens: média dos dois grupos."""
    threshold = best_threshold(glasses_score(output_val), has_val)
    found = glasses_score(output_test) > threshold
    return float((found[has_test].mean() + 1 - found[~has_test].mean()) / 2)


told = {"patches": told_apart(patch_rebuild(x_val), rebuilt["patches"])}
told["MSE"] = told_apart(autoencoder.predict(x_val, verbose=0), rebuilt["MSE"])
told["edges"] = told_apart(sharp.predict(x_val, verbose=0), rebuilt["edges"])
# %%
hair, _, chin, wearers, _ = places
claims.check(
    faces.source,
    eyes_mse=table[wearers]["MSE"][0],
    eyes_edges=table[wearers]["edges"][0],
    outline_patches=table[wearers]["patches"][1],
    outline_mse=table[wearers]["MSE"][1],
    outline_edges=table[wearers]["edges"][1],
    hair_mse=table[hair]["MSE"][0],
    hair_edges=table[hair]["edges"][0],
    chin_mse=table[chin]["MSE"][0],
    chin_edges=table[chin]["edges"][0],
    told_patches=told["patches"],
    told_mse=told["MSE"],
    told_edges=told["edges"],
)
# %% cover=[0.199, 0.006, 0.659, 0.6] built={"en": "a generator of cartoon faces, with or without glasses", "pt-BR": "um gerador de rostos de desenho, com ou sem óculos"}
glad = np.flatnonzero(has_test)[:4]
beards = np.flatnonzero(~has_test & (moustache_score(x_test) > THRESHOLD))[:4]
chosen = np.concatenate([glad, beards])
show_rows(
    {
        "original": x_test[chosen],
        "PCA": rebuilt["PCA"][chosen].clip(0, 1),
        "patches": rebuilt["patches"][chosen].clip(0, 1),  # pt: "retalhos"
        "MSE": rebuilt["MSE"][chosen],
        "edges": rebuilt["edges"][chosen],  # pt: "bordas"
    },
    alt="Eight test faces with glasses or beards over four reconstructions: PCA, PCA of patches, the network trained with squared error and with edges.",
    # pt: "Oito rostos de teste com óculos ou barba sobre quatro reconstruções: PCA, PCA de retalhos, a rede treinada com erro quadrático e com bordas."
)


# %% [markdown] lang="en"
# What the table and the pictures show, in this run:
#
# - **Whole-face PCA** is nearly perfect. It has about as many components as training faces, and new faces are made of the same pieces in the same places.
# - **PCA of patches** keeps {{ outline_patches }} of the edges around glasses, the network {{ outline_mse }} with squared error and {{ outline_edges }} with the edge loss. Around the eyes the baseline wins; in the hair both networks are better.
# - **The edge loss** gives somewhat lower absolute errors: eyes with glasses {{ eyes_edges }} instead of {{ eyes_mse }}, mouth and chin {{ chin_edges }} instead of {{ chin_mse }}, hair {{ hair_edges }} instead of {{ hair_mse }}. The squared error is {{ still_edges }} instead of {{ f10_mse }}. This is one training of each, and by eye the two rows look almost the same.
#
# Dark glasses and full beards survive in all rows. Thin frames, about one pixel wide, fade in both network rows.
#
# From the reconstructions, the score tells faces with and without glasses apart with a balanced accuracy (the mean of both groups' accuracies) of {{ told_edges }} with the edge loss, {{ told_mse }} with squared error and {{ told_patches }} for the patches. Chance is 50%.
# %% [markdown] lang="pt-BR"
# O que a tabela e as imagens mostram, nesta execução:
#
# - **A PCA de rostos inteiros** é quase perfeita. Ela tem praticamente tantos componentes quanto há rostos de treino, e os rostos novos são feitos das mesmas peças nos mesmos lugares.
# - **A PCA de retalhos** conserva {{ outline_patches }} das bordas em torno dos óculos; a rede, {{ outline_mse }} com o erro quadrático e {{ outline_edges }} com o custo de bordas. Nos olhos, a linha de base vence; no cabelo, as duas redes são melhores.
# - **O custo de bordas** dá erros absolutos um pouco menores: nos olhos com óculos, {{ eyes_edges }} em vez de {{ eyes_mse }}; em boca e queixo, {{ chin_edges }} em vez de {{ chin_mse }}; no cabelo, {{ hair_edges }} em vez de {{ hair_mse }}. O erro quadrático é {{ still_edges }} em vez de {{ f10_mse }}. Trata-se de um só treino de cada rede e, a olho, as duas linhas de imagens são quase iguais.
#
# Óculos escuros e barbas cheias aparecem em todas as linhas. As armações finas, de cerca de um pixel, quase somem nas duas redes.
#
# Nas reconstruções, a medida separa os rostos com e sem óculos com uma acurácia balanceada (a média das acurácias dos dois grupos) de {{ told_edges }} com o custo de bordas, {{ told_mse }} com o erro quadrático e {{ told_patches }} com os retalhos. O acaso daria 50%.
# %% [markdown] lang="en"
# **Why is PCA so good here?** A cartoon face is a stack of pieces from a catalogue, each in a fixed place. Such images are close to a linear combination of a limited number of pictures, which is what PCA represents. It depends on the alignment: "Going further" moves the faces by 1/32 of the side, and whole-face PCA fails.
# %% [markdown] lang="pt-BR"
# **Por que a PCA é tão boa aqui?** Um rosto de desenho é uma pilha de peças de um catálogo, cada uma em um lugar fixo. Imagens assim são quase uma combinação linear de um número limitado de figuras, que é o que a PCA representa. Isso depende do alinhamento: a seção "Para ir além" desloca os rostos em 1/32 do lado, e a PCA de rostos inteiros falha.
# %% [markdown] lang="en"
# ### Saving and loading the encoder and the decoder
#
# Encoder and decoder go into separate files, as in earlier lessons: decoding a code needs the decoder only. `load_and_evaluate` loads a pair and computes its error batch by batch, so it works for any number of images.
# %% [markdown] lang="pt-BR"
# ### Salvar e carregar o codificador e o decodificador
#
# O codificador e o decodificador vão para arquivos separados, como em aulas anteriores: para decodificar um código, basta o decodificador. A função `load_and_evaluate` carrega um par e calcula o erro lote a lote; por isso serve para qualquer quantidade de imagens.
# %%
def save(folder, name, encoder, decoder):
    """Write both halves, in the format of Keras."""
    # pt: """Grava as duas metades, no formato do Keras."""
    encoder.save(folder / f"{name}_encoder.keras")
    decoder.save(folder / f"{name}_decoder.keras")


def load_and_evaluate(folder, name, dataset):
    """Mean squared error, on a stream of images, of halves loaded from their files."""
    # pt: """Erro quadrático médio, num fluxo de imagens, de metades carregadas de arquivos."""
    first = keras.models.load_model(folder / f"{name}_encoder.keras", safe_mode=True)
    second = keras.models.load_model(folder / f"{name}_decoder.keras", safe_mode=True)
    total = count = 0
    for x in dataset:
        z = first(x, training=False)
        z = z[0] if isinstance(z, list | tuple) else z
        total += float(tf.reduce_sum((x - second(z, training=False)) ** 2))
        count += int(tf.size(x))
    return total / count


# %%
work = settings.run_folder()
print(settings.relative(work))
save(work, "sharp", sharp_encoder, sharp_decoder)
# %% tags=["nbval-check-output"]
loaded_decoder = keras.models.load_model(work / "sharp_decoder.keras", safe_mode=True)
z = sharp_encoder.predict_on_batch(x_val[:8])
print(np.array_equal(loaded_decoder.predict_on_batch(z), sharp_decoder.predict_on_batch(z)))
loaded_error = load_and_evaluate(work, "sharp", stream("test", 500))
print(np.isclose(loaded_error, np.mean((x_test - rebuilt["edges"]) ** 2), rtol=1e-4))


# %% [markdown] lang="en"
# Both lines should be *True*: the loaded decoder gives exactly the same images, and the loaded pair has the same test error.
#
# ## 5. Generating new faces with a VAE
#
# To *generate* a face, we sample a code at random and decode it. The code of section 4 is not suited to this. Its {{ code_wide }} numbers describe places in the image and depend on each other; independent random values do not form a face.
#
# We use a small code of {{ latent_dim }} numbers instead, and the **variational autoencoder** of lesson 08. Its encoder outputs a mean and a variance for each number of the code. During training, the code is sampled from this distribution, and the KL divergence pulls the distribution towards the **prior** $N(0, I)$, from which we will sample new codes.
#
# Dense layers on both sides of the code connect every number with the whole image. With `kl_weight=None`, the same function builds a **plain** autoencoder of the same size, for comparison.
# %% [markdown] lang="pt-BR"
# As duas linhas devem mostrar *True*: o decodificador carregado dá exatamente as mesmas imagens, e o par carregado tem o mesmo erro de teste.
#
# ## 5. Geração de rostos novos com um VAE
#
# Para *gerar* um rosto, sorteamos um código e o decodificamos. O código da seção 4 não serve para isso. Seus {{ code_wide }} números descrevem lugares da imagem e dependem uns dos outros; valores aleatórios independentes não formam um rosto.
#
# Usamos um código pequeno, de {{ latent_dim }} números, e o **autoencoder variacional** da aula 08. Seu codificador devolve uma média e uma variância para cada número do código. No treino, o código é sorteado dessa distribuição, e a divergência KL a puxa em direção à **distribuição a priori** $N(0, I)$, da qual sortearemos códigos novos.
#
# Camadas densas dos dois lados do código ligam cada número à imagem inteira. Com `kl_weight=None`, a mesma função monta um autoencoder **comum** do mesmo tamanho, para comparação.
# %%
@keras.saving.register_keras_serializable(package="autoencoder_course")
class Sampling(layers.Layer):
    """Draws z from the cloud (z_mean, z_log_var), as in lesson 08."""

    # pt: """Sorteia z da nuvem (z_mean, z_log_var), como na aula 08."""

    def __init__(self, seed=7, **settings):
        super().__init__(**settings)
        self.seed = seed
        self.dice = keras.random.SeedGenerator(seed)

    def call(self, cloud):
        z_mean, z_log_var = cloud
        epsilon = keras.random.normal(ops.shape(z_mean), seed=self.dice)
        return z_mean + ops.exp(z_log_var / 2) * epsilon

    def get_config(self):
        return super().get_config() | {"seed": self.seed}


# %%
class VAE(keras.Model):
    """Encoder and decoder; the price of the clouds, their KL divergence, joins the loss."""

    # pt: """Codificador e decodificador; o preço das nuvens, sua divergência KL, entra no custo."""

    def __init__(self, encoder, decoder, kl_weight):
        super().__init__(name="vae")
        self.encoder, self.decoder, self.kl_weight = encoder, decoder, kl_weight
        self.kl = keras.metrics.Mean(name="kl")

    def call(self, x, training=None):
        z_mean, z_log_var, z = self.encoder(x, training=training)
        price = 0.5 * ops.sum(z_mean**2 + ops.exp(z_log_var) - 1 - z_log_var, axis=-1)
        self.add_loss(self.kl_weight * ops.mean(price))
        self.kl.update_state(price)
        return self.decoder(z if training else z_mean, training=training)


# %%
def dense_block(h, units):
    """Three layers, without places."""
    # pt: """Três camadas, sem lugares."""
    h = layers.BatchNormalization(momentum=0.9)(layers.Dense(units, use_bias=False)(h))
    return layers.LeakyReLU(0.1)(h)


# %%
def build_generator(size, widths, latent_dim, kl_weight=None, seed=7):
    """Encoder to a code (or to its mean, log variance and a draw), decoder, and both together."""
    # pt: """Codificador para um código (ou sua média, log da variância e um sorteio), decodificador, e os dois."""
    h = image = keras.Input((size, size, 3), name="image")
    for width in widths:
        h = block(h, width, layers.Conv2D, 2)
    grid, h = h.shape[1:], dense_block(layers.Flatten()(h), 256)
    code = layers.Dense(latent_dim, name="z_mean")(h)
    if kl_weight is not None:
        cloud = [code, layers.Dense(latent_dim, name="z_log_var")(h)]
        code = [*cloud, Sampling(seed, name="z")(cloud)]
    encoder = keras.Model(image, code, name="encoder")
    z = keras.Input((latent_dim,), name="z")
    h = layers.Reshape(grid)(layers.Dense(int(np.prod(grid)))(dense_block(z, 256)))
    for width in reversed(widths[:-1]):
        h = block(h, width, layers.Conv2DTranspose, 2)
    decoder = keras.Model(z, paint(h), name="decoder")
    if kl_weight is not None:
        return encoder, decoder, VAE(encoder, decoder, kl_weight)
    return encoder, decoder, keras.Model(image, decoder(encoder(image)), name="plain")


# %% [markdown] lang="en"
# ### The weight of the KL term
#
# How large should the weight of the KL divergence be? If it is too large, every reconstruction approaches the mean face. If it is too small, the codes spread outside the region from which we sample.
#
# Here the reconstruction loss is a *mean* over pixel values, so the weight is a hyperparameter that we chose by hand. The cell prints $\beta$, the weight multiplied by the number of pixel values. It weighs the KL term against a *summed* error. Do not compare it with the $\beta$ of lesson 08, which weighs the KL term against a cross-entropy.
#
# "Going further" shows that this weight is large, which probably adds to the blur.
# %% [markdown] lang="pt-BR"
# ### O peso do termo KL
#
# Qual deve ser o peso da divergência KL? Se for grande demais, toda reconstrução se aproxima do rosto médio. Se for pequeno demais, os códigos se espalham para fora da região da qual sorteamos.
#
# Aqui o custo de reconstrução é uma *média* sobre os valores dos pixels; por isso o peso é um hiperparâmetro, que escolhemos à mão. A célula mostra $\beta$, o peso multiplicado pelo número de valores de pixels. Ele pesa o termo KL contra um erro *somado*. Não o compare com o $\beta$ da aula 08, que pesa o termo KL contra uma entropia cruzada.
#
# A seção "Para ir além" mostra que esse peso é grande, o que provavelmente contribui para o borrão.
# %%
kl_weight = 1e-4
print(f"β ≈ {text.number(kl_weight * size * size * 3, '.2f')}")
epochs_small = settings.pick(quick=3, class_=36, full=60)
narrow = settings.pick(quick=(8, 16), class_=(12, 24, 32), full=(32, 64, 128, 256))
keras.utils.set_random_seed(settings.seed())
plain_encoder, plain_decoder, plain = build_generator(size, narrow, latent_dim)
history_plain, seconds_plain = train(plain, edge_loss, epochs_small, batch=16, peak=3e-3)
keras.utils.set_random_seed(settings.seed())
vae_encoder, vae_decoder, vae = build_generator(size, narrow, latent_dim, kl_weight, settings.seed())
vae.build((None, size, size, 3))
history_vae, seconds_vae = train(vae, edge_loss, epochs_small, batch=16, peak=3e-3)
save(work, "vae", vae_encoder, vae_decoder)
# %%
plot.history(
    {"plain": history_plain, "variational": history_vae},  # pt: "simples", "variacional"
    ylabel="mean squared error",
    alt="Errors of the plain and of the variational network fall together over the epochs; those of the variational one stay higher.",
    # pt: "Os erros da rede simples e da variacional caem juntos ao longo das épocas; os da variacional ficam mais altos."
    metric="mse",
)
# %%
rebuilt["plain"] = plain.predict(x_test, verbose=0)
rebuilt["vae"] = vae.predict(x_test, verbose=0)
show_rows(
    {
        "original": x_test[chosen],
        f"PCA, {latent_dim}": pca_rebuild(x_test[chosen], latent_dim).clip(0, 1),
        "plain": rebuilt["plain"][chosen],  # pt: "simples"
        "VAE": rebuilt["vae"][chosen],
    },
    alt="The same test faces over reconstructions from small codes: PCA with faint shadows of other faces, the plain network softer, the variational one softest.",
    # pt: "Os mesmos rostos de teste sobre reconstruções de códigos pequenos: a PCA com sombras tênues de outros rostos, a rede simples mais suave, a variacional a mais suave de todas."
)
# %% [markdown] lang="en"
# These are *reconstructions* of test faces from {{ latent_dim }} numbers. Thin frames and moustaches vanish in the VAE's row; PCA keeps most of them. The next table compares all methods on the test faces.
# %% [markdown] lang="pt-BR"
# Estas são *reconstruções* de rostos de teste a partir de {{ latent_dim }} números. Na linha do VAE, as armações finas e os bigodes somem; a PCA conserva a maior parte. A próxima tabela compara todos os métodos nos rostos de teste.
# %%
pixels = size * size * 3
rivals = [
    ("mean face", 0, np.broadcast_to(pca.mean_.reshape(x_test.shape[1:]), x_test.shape), pixels, 0),
    ("PCA", pca.n_components_, rebuilt["PCA"], pixels * (pca.n_components_ + 1), seconds_pca),
    ("PCA, patches", wide, rebuilt["patches"], 192 * (maps + 1), seconds_patches),  # pt: "PCA, retalhos"
    ("F10, MSE", wide, rebuilt["MSE"], autoencoder.count_params(), seconds_mse),
    ("F10, edges", wide, rebuilt["edges"], sharp.count_params(), seconds_sharp),  # pt: "F10, bordas"
    ("PCA", latent_dim, pca_rebuild(x_test, latent_dim), pixels * (latent_dim + 1), seconds_pca),
    ("plain", latent_dim, rebuilt["plain"], plain.count_params(), seconds_plain),  # pt: "simples"
    ("VAE", latent_dim, rebuilt["vae"], vae.count_params(), seconds_vae),
]
# %%
rows = [
    (name, str(k), text.number(mse(x_test, y), ".5f"), text.number(mae(x_test, y), ".4f"),
     text.number(count, ",d"), text.number(spent, ".1f"), text.number(4 * k, ",d"))
    for name, k, y, count, spent in rivals
]  # fmt: skip
header = ("model", "code", "MSE", "MAE", "parameters", "seconds", "bytes a code")  # pt: "código"
text.table(header, rows, "Test faces, none of them seen in training")
# pt: "Rostos de teste, nenhum deles visto no treino"
claims.check(
    faces.source,
    latent_dim=latent_dim,
    mean_mse=mse(x_test, rivals[0][2]),
    f10_mse=mse(x_test, rebuilt["MSE"]),
    pca_small=mse(x_test, pca_rebuild(x_test, latent_dim)),
    plain_mse=mse(x_test, rebuilt["plain"]),
    vae_mse=mse(x_test, rebuilt["vae"]),
)
# %% [markdown] lang="en"
# - **PCA wins on reconstruction** at both code lengths. With {{ latent_dim }} numbers its error is {{ pca_small }}, against {{ plain_mse }} for the plain network and {{ vae_mse }} for the VAE (mean face: {{ mean_mse }}). These aligned faces are nearly linear data, and PCA finds the best linear code exactly. With the long code, it stores over twenty times as many parameters as the network.
# - **The VAE has a larger error than the plain network.** The only difference is the sampled code and its KL term.
# - **The baselines need seconds**, the networks more than a minute each. Try baselines first.
#
# ### Sampling
#
# Now we decode random codes:
#
# - **PCA:** independent normal numbers with the variances of its components;
# - **plain network:** codes from $N(0, I)$, and codes from a Gaussian fitted to its own training codes;
# - **VAE:** codes from its prior $N(0, I)$.
# %% [markdown] lang="pt-BR"
# - **Na reconstrução, a PCA vence** com os dois tamanhos de código. Com {{ latent_dim }} números, seu erro é {{ pca_small }}, contra {{ plain_mse }} da rede comum e {{ vae_mse }} do VAE (rosto médio: {{ mean_mse }}). Estes rostos alinhados são dados quase lineares, e a PCA encontra exatamente o melhor código linear. Com o código longo, ela guarda mais de vinte vezes os parâmetros da rede.
# - **O VAE tem erro maior que o da rede comum.** A única diferença é o sorteio do código, com seu termo KL.
# - **As linhas de base levam segundos**; cada rede, mais de um minuto. Comece pelas linhas de base.
#
# ### Amostragem
#
# Agora decodificamos códigos aleatórios:
#
# - **PCA:** números normais independentes, com as variâncias de seus componentes;
# - **rede comum:** códigos de $N(0, I)$ e códigos de uma gaussiana ajustada aos seus próprios códigos de treino;
# - **VAE:** códigos de sua distribuição a priori, $N(0, I)$.
# %%
rng = np.random.default_rng(settings.seed())
count = len(x_test)
noise = rng.normal(size=(count, latent_dim)).astype("float32")
k = min(latent_dim, len(pca.components_))
ghosts = pca.mean_ + noise[:, :k] * np.sqrt(pca.explained_variance_[:k]) @ pca.components_[:k]
z_plain = plain_encoder.predict(stream("train"), verbose=0)
fitted = rng.multivariate_normal(z_plain.mean(axis=0), np.cov(z_plain.T), count).astype("float32")
samples = {
    "PCA": ghosts.reshape(x_test.shape).clip(0, 1).astype("float32"),
    "plain, N(0, I)": plain_decoder.predict(noise, verbose=0),  # pt: "simples, N(0, I)"
    "plain, fitted": plain_decoder.predict(fitted, verbose=0),  # pt: "simples, ajustada"
    "VAE, N(0, I)": vae_decoder.predict(noise, verbose=0),
}
show_rows(
    {name: images[:8] for name, images in samples.items()},
    alt="Four rows of generated faces: PCA ghosts, the plain network from two distributions, the variational one.",
    # pt: "Quatro fileiras de rostos gerados: fantasmas da PCA, a rede simples de duas distribuições, a variacional."
)


# %% [markdown] lang="en"
# Look at the pictures first. The PCA row has sharp eyes, but several hairstyles overlap like **ghosts**. With $N(0, I)$, the plain network draws almost the same grey face again and again, because its codes do not follow this distribution. With fitted codes the colours vary, but some faces have holes and torn hair.
#
# Most VAE samples have one head shape and one hairstyle, but they are soft, and some have torn hair or blank eyes. No sample in the picture has thin frames.
#
# ### The Fréchet distance
#
# The **Fréchet distance** describes each set of images by the mean and the covariance of some features. It then measures how far apart two Gaussians with these values are:
#
# $$d^2 = \|\mu_a - \mu_b\|^2 + \operatorname{tr}\left(\Sigma_a + \Sigma_b - 2\,(\Sigma_a \Sigma_b)^{1/2}\right)$$
#
# With features of a large image classifier this is the well-known FID. We use two kinds of features, each reduced to 32 principal components: the **pixels**, and the codes of our **network** of section 4. The row of real validation faces shows what distance real faces have.
#
# **Predict:** in which column will the PCA ghosts look best?
# %% [markdown] lang="pt-BR"
# Olhe primeiro as imagens. A linha da PCA tem olhos nítidos, mas vários penteados se sobrepõem como **fantasmas**. Com $N(0, I)$, a rede comum desenha quase sempre o mesmo rosto acinzentado, pois seus códigos não seguem essa distribuição. Com códigos ajustados, as cores variam, mas alguns rostos têm buracos e cabelo rasgado.
#
# A maioria das amostras do VAE tem uma só cabeça e um só penteado, mas elas são borradas, e algumas têm cabelo rasgado ou olhos vazios. Nenhuma amostra da figura tem armação fina.
#
# ### A distância de Fréchet
#
# A **distância de Fréchet** descreve cada conjunto de imagens pela média e pela covariância de alguns atributos. Depois mede a distância entre duas gaussianas com esses valores:
#
# $$d^2 = \|\mu_a - \mu_b\|^2 + \operatorname{tr}\left(\Sigma_a + \Sigma_b - 2\,(\Sigma_a \Sigma_b)^{1/2}\right)$$
#
# Com atributos de um grande classificador de imagens, ela é a conhecida FID. Usamos dois tipos de atributos, cada um reduzido a 32 componentes principais: os **pixels** e os códigos da nossa **rede** da seção 4. A linha dos rostos reais de validação mostra a distância entre conjuntos de rostos reais.
#
# **Arrisque:** em que coluna os fantasmas da PCA vão parecer melhores?
# %%
def frechet(a, b):
    """Fréchet distance between the Gaussians of two sets of features, shapes (n, d) and (m, d)."""
    # pt: """Distância de Fréchet entre as gaussianas de dois conjuntos de atributos, (n, d) e (m, d)."""
    cov_a, cov_b = np.cov(a.T.astype("float64")), np.cov(b.T.astype("float64"))
    gap = np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2)
    # The trace of the root of a product is the sum of the roots of its eigenvalues.
    # pt: O traço da raiz de um produto é a soma das raízes de seus autovalores.
    roots = np.sqrt(np.linalg.eigvals(cov_a @ cov_b).real.clip(0))
    return float(gap + np.trace(cov_a) + np.trace(cov_b) - 2 * roots.sum())


codes_fit = sharp_encoder.predict(x_fit, verbose=0)
code_pca = PCA(32, svd_solver="full").fit(codes_fit)
features = {
    "pixels": lambda x: pca.transform(x.reshape(len(x), -1))[:, :32],
    "network": lambda x: code_pca.transform(sharp_encoder.predict(x, verbose=0)),  # pt: "network"
}
# %%
judged = {"real, validation": x_val, **samples}  # pt: "reais, validação"
real = {name: feature(x_test) for name, feature in features.items()}
distance, rows = {}, []
for name, images in judged.items():
    pair = [frechet(real[n], feature(images)) / real[n].var(axis=0).sum() for n, feature in features.items()]
    distance[name] = pair
    rows.append((name, *(text.number(v, ".2f") for v in pair)))
header = ("images", "distance, pixels", "distance, network")
# pt: "imagens", "distância, pixels", "distância, rede"
text.table(header, rows, "Fréchet distance to the test faces, as a share of their variance")
# pt: "Distância de Fréchet aos rostos de teste, como fração da variância deles"
floor, ghost, plain_n, plain_f, variational = distance.values()
claims.check(
    faces.source, fid_real=floor[1], fid_ghost_pixels=ghost[0], fid_ghost=ghost[1],
    fid_vae_pixels=variational[0], fid_plain=plain_n[1], fid_fitted=plain_f[1], fid_vae=variational[1],
)  # fmt: skip


# %% [markdown] lang="en"
# **What we see in this run.** With codes from $N(0, I)$, the VAE ({{ fid_vae }}, network features) is far better than the plain network ({{ fid_plain }}). But a Gaussian fitted to the plain network's codes gives {{ fid_fitted }}, and the PCA ghosts get {{ fid_ghost }}.
#
# So by this distance the VAE is *not* the best generator of the lesson: the plain network with a second model for its codes is closer to real faces, and the ghosts are at least as close.
#
# **Real faces:** {{ fid_real }}. This row is not an exact floor. Means and covariances estimated from few images make the distance too large, the more so the smaller the set, and there are fewer validation faces than samples. Do not interpret differences of a few hundredths.
#
# **What it does not show.** In pixel features, the ghosts ({{ fid_ghost_pixels }}) are as close as real faces, because they were *made* from the mean and the variances that this distance compares. In network features they are somewhat farther away, but overlapping hairstyles hardly count. A distance sees only what its features represent. It compares settings of one model more reliably than models of different kinds, so look at the pictures too.
# %% [markdown] lang="pt-BR"
# **O que se vê nesta execução.** Com códigos de $N(0, I)$, o VAE ({{ fid_vae }}, atributos da rede) é muito melhor que a rede comum ({{ fid_plain }}). Mas uma gaussiana ajustada aos códigos da rede comum dá {{ fid_fitted }}, e os fantasmas da PCA ficam em {{ fid_ghost }}.
#
# Portanto, por essa distância, o VAE *não* é o melhor gerador da aula: a rede comum com um segundo modelo para os códigos fica mais perto dos rostos reais, e os fantasmas ficam ao menos tão perto quanto o VAE.
#
# **Rostos reais:** {{ fid_real }}. Essa linha não é um piso exato. Médias e covariâncias estimadas com poucas imagens aumentam a distância, e tanto mais quanto menor o conjunto; e há menos rostos de validação que amostras. Não interprete diferenças de poucos centésimos.
#
# **O que a distância não mostra.** Nos atributos dos pixels, os fantasmas ({{ fid_ghost_pixels }}) ficam tão perto quanto rostos reais, pois foram *feitos* a partir da média e das variâncias que essa distância compara. Nos atributos da rede ficam um pouco mais longe, mas os penteados sobrepostos quase não contam. Uma distância só vê o que seus atributos representam. Ela compara melhor configurações de um mesmo modelo do que modelos de tipos diferentes; por isso, olhe também as imagens.
# %% [markdown] lang="en"
# ## 6. Attribute vectors: adding and removing glasses
#
# If similar faces have similar codes, *differences* between codes may have a meaning too. Take the mean code of all training faces with glasses and subtract the mean code of those without. Hair, skin and chin average out, and a vector for "glasses" should remain. We add it to codes of faces without glasses and subtract it from codes of faces with glasses.
#
# We measure the effect: in which share of the decoded faces does the score find glasses? The control is a **random direction of the same length**. It changes the face too, but it should not add glasses.
# %% [markdown] lang="pt-BR"
# ## 6. Vetores de atributos: pôr e tirar óculos
#
# Se rostos parecidos têm códigos parecidos, *diferenças* entre códigos também podem ter significado. Tome o código médio de todos os rostos de treino com óculos e subtraia o código médio dos que não usam. Cabelo, pele e queixo se cancelam na média, e deve restar um vetor de "óculos". Vamos somá-lo aos códigos de rostos sem óculos e subtraí-lo dos códigos de rostos com óculos.
#
# Medimos o efeito: em que fração dos rostos decodificados a medida encontra óculos? O controle é uma **direção aleatória de mesmo comprimento**. Ela também muda o rosto, mas não deveria pôr óculos nele.
# %%
def direction(z, has):
    """From the mean code of those without a thing to the mean code of those with it."""
    # pt: """Do código médio de quem não tem uma coisa ao código médio de quem tem."""
    return z[has].mean(axis=0) - z[~has].mean(axis=0)


z_train = vae_encoder.predict(stream("train"), verbose=0)[0]
z_val = vae_encoder.predict(x_val, verbose=0)[0]
z_test = vae_encoder.predict(x_test, verbose=0)[0]
glasses = direction(z_train, has_train)
moustache = direction(z_train, labels("train", "has_facial_hair", moustache_score))
random_way = rng.normal(size=latent_dim)
random_way *= np.linalg.norm(glasses) / np.linalg.norm(random_way)
threshold = best_threshold(glasses_score(vae_decoder.predict(z_val, verbose=0)), has_val)


def with_glasses(z):
    """Share of the decoded codes in which the score finds glasses."""
    # pt: """Fração dos códigos decodificados em que a medida acha óculos."""
    return float((glasses_score(vae_decoder.predict_on_batch(z.astype("float32"))) > threshold).mean())


# %%
strengths = np.linspace(0, 3, 7)
bare, worn = z_test[~has_test], z_test[has_test]
put_on = [with_glasses(bare + s * glasses) for s in strengths]
taken_off = [with_glasses(worn - s * glasses) for s in strengths]
by_chance = [with_glasses(bare + s * random_way) for s in strengths]
fig, ax = plt.subplots(figsize=(9, 4.5))
for values, style, name in zip(
    (put_on, taken_off, by_chance), ("o-", "s-", "^--"),
    ("without glasses, vector added", "with glasses, vector subtracted", "without, random vector added"),
    # pt: "sem óculos, vetor somado", "com óculos, vetor subtraído", "sem óculos, vetor aleatório somado"
):  # fmt: skip
    ax.plot(strengths, 100 * np.array(values), style, label=name)
ax.set(xlabel="times the vector", ylabel="glasses found (%)", ylim=(-3, 103))
# pt: "vezes o vetor", "óculos encontrados (%)"
alt = "Share of faces with glasses: rises when the vector is added, falls when it is subtracted, hardly moves for a random one."
# pt: "Fração de rostos com óculos: sobe ao somar o vetor, cai ao subtrair, quase não muda com um vetor aleatório."
ax.legend(frameon=False)
plot.show(fig, alt=alt)
claims.check(
    faces.source,
    glasses_before=put_on[0],
    glasses_on=put_on[4],
    glasses_off=taken_off[4],
    glasses_random=by_chance[4],
)
# %%
without, wearing = np.flatnonzero(~has_test)[:4], np.flatnonzero(has_test)[:4]
both, signs = np.concatenate([without, wearing]), np.repeat([1, -1], 4)[:, None]
decoded = {
    s: vae_decoder.predict_on_batch((z_test[both] + s * signs * glasses).astype("float32")) for s in (0, 1, 2)
}
show_rows(
    {
        "original": x_test[both],
        "reconstruction": decoded[0],  # pt: "reconstrução"
        "± 1 ×": decoded[1],
        "± 2 ×": decoded[2],
    },
    alt="Four faces without glasses get them, step by step; four with glasses lose them; hair and skin stay.",
    # pt: "Quatro rostos sem óculos os ganham, passo a passo; quatro com óculos os perdem; cabelo e pele ficam."
)
# %% [markdown] lang="en"
# **Adding works.** The score finds glasses in {{ glasses_before }} of the reconstructions of faces without glasses, and in {{ glasses_on }} after adding the vector twice. With the random vector it is {{ glasses_random }}. (Here we tried one random direction only.)
#
# **Removing is harder to judge.** After subtracting the vector twice, {{ glasses_off }} of the faces with glasses still show them. But look at the start of that curve: at zero, in this run, the score finds glasses in fewer than half of them. The VAE itself has lost the others. Compare the end of the curve with its start, not with 100%.
#
# The pictures show both effects. Dark lenses appear in the first four faces. Of the four faces with glasses, two have already lost their thin frames in the reconstruction. Subtracting removes the dark lenses of one face, while another keeps traces of them.
#
# One vector can only add one kind of glasses; here these are dark lenses. It also carries every other difference between the two groups. Cartoon Set combines its attributes at random, so such differences are small. In photographs of people, attributes are correlated.
#
# Try it: choose a face, then add and remove.
# %% [markdown] lang="pt-BR"
# **Somar funciona.** A medida encontra óculos em {{ glasses_before }} das reconstruções de rostos sem óculos e em {{ glasses_on }} depois de somar o vetor duas vezes. Com o vetor aleatório são {{ glasses_random }}. (Aqui testamos uma única direção aleatória.)
#
# **O efeito de subtrair é mais difícil de avaliar.** Depois de subtrair o vetor duas vezes, {{ glasses_off }} dos rostos com óculos ainda os mostram. Mas veja o início dessa curva: em zero, nesta execução, a medida encontra óculos em menos da metade deles. Os outros já foram perdidos pelo próprio VAE. Compare o fim da curva com seu início, e não com 100%.
#
# As imagens mostram os dois efeitos. Nos quatro primeiros rostos aparecem lentes escuras. Dos quatro rostos com óculos, dois já perderam a armação fina na reconstrução. A subtração tira as lentes escuras de um rosto, e outro conserva vestígios delas.
#
# Um único vetor só pode acrescentar um tipo de óculos; aqui são lentes escuras. Ele também carrega todas as outras diferenças entre os dois grupos. O Cartoon Set combina seus atributos ao acaso, e essas diferenças são pequenas. Em fotos de pessoas, os atributos são correlacionados.
#
# Experimente: escolha um rosto, ponha e tire.
# %%
directions = {"glasses": glasses, "moustache": moustache}  # pt: "óculos", "bigode"
explore.cartoon_generation.attributes(vae_decoder, z_test[:60], x_test[:60], directions)
# %% [markdown] lang="en"
# ## Check yourself
#
# Answer first, then open.
#
# **1.** A colleague decodes the images and then calls `images.shuffle(100_000)`. The computer runs out of memory. Why, and how do you fix it?
#
# <details><summary>Answer</summary>The shuffle buffer holds 100,000 decoded images. Shuffle the file names before reading: the order is just as random, and the buffer takes a few megabytes.</details>
#
# **2.** Two networks have the same squared error on the test faces, but only one keeps the glasses. How can that be?
#
# <details><summary>Answer</summary>Glasses cover a small share of the pixels. A lower error on hair or background compensates for them in the mean. Measure the region that matters.</details>
#
# **3.** A plain autoencoder reconstructs faces well, but codes from $N(0, I)$ give poor images. Why? What helps without a VAE?
#
# <details><summary>Answer</summary>The decoder was trained on codes of faces only, and nothing made these follow $N(0, I)$. A distribution fitted to the training codes helps: in the recorded run its Fréchet distance was even below that of the VAE.</details>
#
# **4.** Ghosts sampled from a Gaussian in PCA space have a very low Fréchet distance on PCA features. What does that show?
#
# <details><summary>Answer</summary>The distance compares means and covariances of these features, and the ghosts were made to match them. Use features that the generator was not fitted to, and look at the images.</details>
#
# **5.** After an edit that removes glasses, the score still finds them on a fifth of the faces. Which value do you need before you call this a success?
#
# <details><summary>Answer</summary>The share before the edit, on the reconstructions. If the model has already lost most glasses there, the edit had little to remove.</details>
# %% [markdown] lang="pt-BR"
# ## Teste-se
#
# Responda primeiro, abra depois.
#
# **1.** Um colega decodifica as imagens e depois chama `images.shuffle(100_000)`. A memória do computador acaba. Por quê, e como resolver?
#
# <details><summary>Resposta</summary>O buffer de embaralhamento guarda 100.000 imagens decodificadas. Embaralhe os nomes dos arquivos antes da leitura: a ordem é igualmente aleatória, e o buffer ocupa poucos megabytes.</details>
#
# **2.** Duas redes têm o mesmo erro quadrático nos rostos de teste, mas só uma conserva os óculos. Como isso é possível?
#
# <details><summary>Resposta</summary>Os óculos ocupam uma pequena fração dos pixels. Na média, um erro menor no cabelo ou no fundo compensa o erro neles. Meça a região que importa.</details>
#
# **3.** Um autoencoder comum reconstrói bem os rostos, mas códigos de $N(0, I)$ dão imagens ruins. Por quê? O que ajuda, sem usar um VAE?
#
# <details><summary>Resposta</summary>O decodificador só foi treinado com códigos de rostos, e nada fez esses códigos seguirem $N(0, I)$. Ajustar uma distribuição aos códigos de treino ajuda: na execução registrada, a distância de Fréchet ficou até abaixo da do VAE.</details>
#
# **4.** Fantasmas sorteados de uma gaussiana no espaço da PCA têm uma distância de Fréchet muito baixa em atributos da PCA. O que isso mostra?
#
# <details><summary>Resposta</summary>A distância compara médias e covariâncias desses atributos, e os fantasmas foram feitos para igualá-las. Use atributos aos quais o gerador não foi ajustado, e olhe as imagens.</details>
#
# **5.** Depois de uma edição que tira os óculos, a medida ainda os encontra em um quinto dos rostos. De que valor você precisa antes de dizer que a edição funcionou?
#
# <details><summary>Resposta</summary>Da fração antes da edição, nas reconstruções. Se ali o modelo já perdeu a maioria dos óculos, a edição tinha pouco a tirar.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# ### Exercise 1: face shape from the latent code
#
# Each face has a `face_shape` in its table, which the VAE never saw. Fit `classifier` to the codes of the training faces. Put its accuracy on the *validation* faces into `shape_accuracy`. The baseline is to answer the most common shape every time.
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# ### Exercício 1: o formato do rosto a partir do código
#
# Cada rosto tem em sua tabela um `face_shape` (formato), que o VAE nunca viu. Ajuste `classifier` aos códigos dos rostos de treino. Ponha em `shape_accuracy` a acurácia nos rostos de *validação*. A linha de base é responder sempre o formato mais comum.
# %% exercise="1" role="answer"
shape_train, shape_val = (faces.table[part]["face_shape"][:n] for part, n in (("train", None), ("val", 500)))
classifier = LogisticRegression(max_iter=1000)
shape_accuracy = None
### BEGIN SOLUTION
classifier.fit(z_train, shape_train)
shape_accuracy = classifier.score(z_val, shape_val)
### END SOLUTION
# %% exercise="1" role="check"
from exercises import cartoon_generation as check

check.face_shape(shape_accuracy, classifier, (z_train, shape_train), (z_val, shape_val))
# check.face_shape.hint()
# %% [markdown] lang="en"
# ### Exercise 2: interpolation between two faces
#
# Take eight equally spaced points on the straight line from the code `z_test[0]` to `z_test[1]`, both ends included. Decode them into `walk` (shape `(8, size, size, 3)`). Once your answer is right, the cell also shows mixtures of the *pixels*. Compare the middle: one face, or two overlapping ones?
# %% [markdown] lang="pt-BR"
# ### Exercício 2: interpolação entre dois rostos
#
# Tome oito pontos igualmente espaçados na reta que vai do código `z_test[0]` a `z_test[1]`, com os dois extremos. Decodifique-os em `walk` (formato `(8, size, size, 3)`). Com a resposta certa, a célula mostra também misturas dos *pixels*. Compare o meio: um rosto só, ou dois sobrepostos?
# %% exercise="2" role="answer"
walk = None
### BEGIN SOLUTION
share = np.linspace(0, 1, 8, dtype="float32")[:, None]
walk = vae_decoder.predict_on_batch((1 - share) * z_test[0] + share * z_test[1])
### END SOLUTION
# %% exercise="2" role="check"
check.between(walk, vae_decoder, z_test[:2], x_test[:2])
# check.between.hint()
if check.between.done:
    weights = np.linspace(0, 1, 8)[:, None, None, None]
    show_rows(
        {"codes": walk, "pixels": (1 - weights) * x_test[0] + weights * x_test[1]},  # pt: "códigos"
        alt="Eight faces on a line between two codes, above eight mixtures of the pixels.",
        # pt: "Oito rostos numa reta entre dois códigos, sobre oito misturas dos pixels."
    )
# %% [markdown] lang="en"
# ### Exercise 3: sampling with a lower temperature
#
# Multiply the random codes `noise` by a *temperature* of 0.6 and decode them into `cooler`. Predict: what do the samples gain, and what do they lose? Once your answer is right, the cell prints the network distance at both temperatures.
# %% [markdown] lang="pt-BR"
# ### Exercício 3: amostragem com temperatura mais baixa
#
# Multiplique os códigos aleatórios `noise` por uma *temperatura* de 0,6 e decodifique-os em `cooler`. Arrisque: o que as amostras ganham e o que perdem? Com a resposta certa, a célula mostra a distância da rede nas duas temperaturas.
# %% exercise="3" role="answer"
cooler = None
### BEGIN SOLUTION
cooler = vae_decoder.predict_on_batch(0.6 * noise)
# Codes near the mean of N(0, I) give cleaner but more similar faces. The distance also
# measures the loss of variety.
# pt: Códigos perto da média de N(0, I) dão rostos mais limpos, mas mais parecidos. A distância
# pt: também mede a perda de variedade.
### END SOLUTION
# %% exercise="3" role="check"
check.cooler_samples(cooler, vae_decoder, noise, samples["VAE, N(0, I)"])
# check.cooler_samples.hint()
if check.cooler_samples.done:
    for temperature, images in {1.0: samples["VAE, N(0, I)"], 0.6: cooler}.items():
        gap = frechet(real["network"], features["network"](images)) / real["network"].var(axis=0).sum()
        print(text.number(temperature, ".1f"), text.number(gap, ".3f"))
    show_rows(
        {"1.0": samples["VAE, N(0, I)"][:8], "0.6": cooler[:8]},
        alt="Eight samples, and the same eight nearer to the middle: more alike.",
        # pt: "Oito amostras, e as mesmas oito mais perto do meio: mais parecidas entre si."
    )
# %% [markdown] lang="en"
# ## Summary
#
# - Large image sets stay in files: shuffle the names, decode batch by batch, prefetch.
# - A mean error hides small things that matter. Measure by region, and compare with a baseline in each region.
# - On these aligned faces, PCA reconstructs better than the networks of the same code length. The edge loss changed little in this run.
# - The VAE has a larger reconstruction error than the plain network. In return, codes from $N(0, I)$ decode to much better faces.
# - By the Fréchet distance, a Gaussian fitted to the plain network's codes was better than the VAE in this run. Overlapping ghosts scored well too, so look at the images.
# - The difference of two mean codes is a direction with a meaning. Compare with a random direction and with the value before the edit.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - Conjuntos grandes de imagens ficam em arquivos: embaralhe os nomes, decodifique lote a lote, use `prefetch`.
# - Um erro médio esconde coisas pequenas que importam. Meça por região e, em cada região, compare com uma linha de base.
# - Nestes rostos alinhados, a PCA reconstrói melhor que as redes com código do mesmo tamanho. O custo de bordas mudou pouco nesta execução.
# - O VAE tem erro de reconstrução maior que o da rede comum. Em troca, códigos de $N(0, I)$ dão rostos muito melhores.
# - Pela distância de Fréchet, uma gaussiana ajustada aos códigos da rede comum foi melhor que o VAE nesta execução. Os fantasmas sobrepostos também foram bem; por isso, olhe as imagens.
# - A diferença de dois códigos médios é uma direção com significado. Compare com uma direção aleatória e com o valor antes da edição.
# %% [markdown] lang="en"
# ## Going further
#
# ### Moved faces: what PCA relies on
#
# **Predict:** all test faces move to the right and down by 1/32 of the side. No model was trained on moved faces. Whose error grows most?
# %% [markdown] lang="pt-BR"
# ## Para ir além
#
# ### Rostos deslocados: do que a PCA depende
#
# **Arrisque:** todos os rostos de teste são deslocados para a direita e para baixo em 1/32 do lado. Nenhum modelo treinou com rostos deslocados. De quem o erro cresce mais?
# %%
x_moved = np.roll(x_test, (size // 32, size // 32), axis=(1, 2))  # the border that wraps around is white
# pt: a borda que dá a volta é branca
moved = {"PCA": pca_rebuild(x_moved, wide), "patches": patch_rebuild(x_moved)}
moved["edges"] = sharp.predict(x_moved, verbose=0)
show_rows(
    {
        "moved": x_moved[chosen],  # pt: "deslocados"
        "PCA": moved["PCA"][chosen].clip(0, 1),
        "patches": moved["patches"][chosen].clip(0, 1),  # pt: "retalhos"
        "edges": moved["edges"][chosen],  # pt: "bordas"
    },
    alt="Eight slightly moved test faces over three reconstructions: PCA answers with scribbles, the patches with clean faces, the network with faces a little softer than before.",
    # pt: "Oito rostos de teste um pouco deslocados sobre três reconstruções: a PCA responde com rabiscos, os retalhos com rostos limpos, a rede com rostos um pouco mais suaves que antes."
)
claims.check(
    faces.source,
    still_pca=mse(x_test, rebuilt["PCA"]),
    still_patches=mse(x_test, rebuilt["patches"]),
    still_edges=mse(x_test, rebuilt["edges"]),
    moved_pca=mse(x_moved, moved["PCA"]),
    moved_patches=mse(x_moved, moved["patches"]),
    moved_edges=mse(x_moved, moved["edges"]),
)
# %% [markdown] lang="en"
# The error of whole-face PCA rises from {{ still_pca }} to {{ moved_pca }}: its components belong to fixed pixel positions. The PCA of patches changes much less, from {{ still_patches }} to {{ moved_patches }}.
#
# The network's error triples, from {{ still_edges }} to {{ moved_edges }}, and in the pictures several eyes vanish. Its layers are convolutional, but the images were halved three times and shown in one position only, so what it learned is not invariant to small shifts. Data augmentation with random shifts, next to the mirroring, is the usual remedy. We did not try it here.
#
# ### What the KL weight means
#
# A Gaussian likelihood with standard deviation $\sigma$ per pixel value divides the summed squared error by $2\sigma^2$. Our weight then corresponds to $\sigma = \sqrt{\beta/2}$, somewhat less because of the absolute terms.
#
# Compare this with the square root of the VAE's MSE in the table of section 5: the error is about ten times smaller. So the KL term counts far more than such a likelihood would give it. This favours codes close to the prior and probably adds to the blur.
#
# ### Ideas to try
#
# - Change `kl_weight` by a factor of ten up and down. Compare reconstructions and samples.
# - The reference reports beards on almost all of its samples. Count moustaches in yours with `moustache_score`.
# - Train with `size` 128 or 256 on a GPU. Other generators, such as generative adversarial networks (GANs), draw sharper images.
# %% [markdown] lang="pt-BR"
# O erro da PCA de rostos inteiros sobe de {{ still_pca }} para {{ moved_pca }}: seus componentes pertencem a posições fixas de pixels. A PCA de retalhos muda muito menos, de {{ still_patches }} para {{ moved_patches }}.
#
# O erro da rede triplica, de {{ still_edges }} para {{ moved_edges }}, e nas imagens vários olhos somem. Suas camadas são convolucionais, mas as imagens são reduzidas à metade três vezes e só foram vistas em uma posição; o que ela aprendeu não é invariante a pequenos deslocamentos. O remédio usual é aumentar os dados com deslocamentos aleatórios, além do espelhamento. Não o testamos aqui.
#
# ### O que significa o peso do termo KL
#
# Uma verossimilhança gaussiana com desvio-padrão $\sigma$ por valor de pixel divide o erro quadrático somado por $2\sigma^2$. Nosso peso corresponde então a $\sigma = \sqrt{\beta/2}$, ou um pouco menos, por causa dos termos absolutos.
#
# Compare com a raiz quadrada do MSE do VAE na tabela da seção 5: o erro é cerca de dez vezes menor. Portanto, o termo KL pesa muito mais do que essa verossimilhança lhe daria. Isso favorece códigos próximos da distribuição a priori e provavelmente contribui para o borrão.
#
# ### Ideias para experimentar
#
# - Multiplique e divida `kl_weight` por dez. Compare as reconstruções e as amostras.
# - A referência relata barba em quase todas as suas amostras. Conte os bigodes nas suas com `moustache_score`.
# - Treine com `size` 128 ou 256 em uma GPU. Outros geradores, como as redes adversárias generativas (GANs), desenham imagens mais nítidas.
# %% [markdown] lang="en"
# ## References
#
# The task, the numbers of layers and the observed weaknesses come from João Linhares, "Autoencoders", Universidade do Minho. The code and the text are our own.
#
# - A. Royer, K. Bousmalis, S. Gouws, F. Bertsch, I. Mosseri, F. Cole, K. Murphy, *XGAN: unsupervised image-to-image translation for many-to-many mappings*, arXiv:1711.05139, 2017 (the Cartoon Set). Pictures: Google, CC BY 4.0.
# - D. P. Kingma, M. Welling, *Auto-encoding variational Bayes*, ICLR 2014.
# - S. Ioffe, C. Szegedy, *Batch normalization: accelerating deep network training by reducing internal covariate shift*, ICML 2015.
# - M. Mathieu, C. Couprie, Y. LeCun, *Deep multi-scale video prediction beyond mean square error*, ICLR 2016 (a loss on gradients).
# - A. B. L. Larsen, S. K. Sønderby, H. Larochelle, O. Winther, *Autoencoding beyond pixels using a learned similarity metric*, ICML 2016 (attribute vectors of faces).
# - M. Heusel, H. Ramsauer, T. Unterthiner, B. Nessler, S. Hochreiter, *GANs trained by a two time-scale update rule converge to a local Nash equilibrium*, NeurIPS 2017 (the Fréchet distance of images).
# - P. Ghosh, M. S. M. Sajjadi, A. Vergari, M. Black, B. Schölkopf, *From variational to deterministic autoencoders*, ICLR 2020 (a distribution fitted to the codes of a plain autoencoder).
#
# Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# ## Referências
#
# A tarefa, os números de camadas e as fraquezas observadas vêm de João Linhares, "Autoencoders", Universidade do Minho. O código e o texto são nossos.
#
# - A. Royer, K. Bousmalis, S. Gouws, F. Bertsch, I. Mosseri, F. Cole, K. Murphy, *XGAN: unsupervised image-to-image translation for many-to-many mappings*, arXiv:1711.05139, 2017 (o Cartoon Set). Imagens: Google, CC BY 4.0.
# - D. P. Kingma, M. Welling, *Auto-encoding variational Bayes*, ICLR 2014.
# - S. Ioffe, C. Szegedy, *Batch normalization: accelerating deep network training by reducing internal covariate shift*, ICML 2015.
# - M. Mathieu, C. Couprie, Y. LeCun, *Deep multi-scale video prediction beyond mean square error*, ICLR 2016 (um custo sobre gradientes).
# - A. B. L. Larsen, S. K. Sønderby, H. Larochelle, O. Winther, *Autoencoding beyond pixels using a learned similarity metric*, ICML 2016 (vetores de atributos de rostos).
# - M. Heusel, H. Ramsauer, T. Unterthiner, B. Nessler, S. Hochreiter, *GANs trained by a two time-scale update rule converge to a local Nash equilibrium*, NeurIPS 2017 (a distância de Fréchet entre imagens).
# - P. Ghosh, M. S. M. Sajjadi, A. Vergari, M. Black, B. Schölkopf, *From variational to deterministic autoencoders*, ICLR 2020 (uma distribuição ajustada aos códigos de um autoencoder comum).
#
# Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
