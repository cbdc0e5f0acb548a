# %% [markdown] lang="en"
# # Cartoon faces: from reconstruction to generation
#
# [Open in Colab]({{ colab }}) · Lesson 09 · reading: {{ reading_minutes }} min · running: {{ minutes.class }} min
# (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# **After this lesson you can**
#
# - train on colour images that stay on the disk: stream, shuffle, cache, and know when caching is allowed;
# - build a deep convolutional autoencoder, keep its halves in files and evaluate what you loaded;
# - say *where* a reconstruction fails (glasses, beards, hair) with a number for each place, and change the loss to lessen it;
# - train a variational autoencoder on colour images and draw new faces from $N(0, I)$;
# - judge generated images by eye *and* by a distance, and know how such a distance can be fooled;
# - put glasses on a face, or take them off, by adding a vector to its code.
#
# **Prerequisites:** convolutions (lesson 04), the VAE (lesson 08).
#
# **You will need:** a computer with Python 3.11 or newer, or a free Colab. No GPU.
# %% [markdown] lang="pt-BR"
# # Rostos de desenho: da reconstrução à geração
#
# [Abrir no Colab]({{ colab }}) · Aula 09 · leitura: {{ reading_minutes }} min · execução: {{ minutes.class }} min
# (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# **Ao final desta aula você saberá**
#
# - treinar com imagens coloridas que ficam no disco: ler em fluxo, embaralhar, guardar em cache, e saber quando o cache é possível;
# - montar um autoencoder convolucional profundo, guardar as metades em arquivos e avaliar o que foi carregado;
# - dizer *onde* uma reconstrução falha (óculos, barbas, cabelo), com um número para cada lugar, e mudar a função de custo para falhar menos;
# - treinar um autoencoder variacional com imagens coloridas e sortear rostos novos de $N(0, I)$;
# - julgar imagens geradas a olho *e* por uma distância, e saber como enganar uma distância dessas;
# - pôr óculos num rosto, ou tirá-los, somando um vetor ao seu código.
#
# **Pré-requisitos:** convoluções (aula 04), o VAE (aula 08).
#
# **Você vai precisar de:** um computador com Python 3.11 ou mais novo, ou do Colab gratuito. Não é preciso GPU.
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("09_cartoon_generation")
# %% [markdown] lang="en"
# Then the imports.
# %% [markdown] lang="pt-BR"
# Depois, as importações.
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
# ## 1. Images that do not fit into memory
#
# Google's **Cartoon Set** has 10,000 or 100,000 faces, put together at random from 18 attributes: hair, beard, glasses, colours, proportions. Their task in this lesson: RGB, up to 256 × 256 pixels.
# Let us count before we load anything.
#
# **Predict before you run:** how many gigabytes do 100,000 such faces take as `float32`? How many has your computer?
# %% [markdown] lang="pt-BR"
# ## 1. Imagens que não cabem na memória
#
# O **Cartoon Set** do Google tem 10.000 ou 100.000 rostos, montados ao acaso a partir de 18 atributos: cabelo, barba, óculos, cores, proporções. Nossa tarefa aqui: RGB, até 256 × 256 pixels.
# Façamos a conta antes de carregar qualquer coisa.
#
# **Arrisque antes de executar:** quantos gigabytes ocupam 100.000 desses rostos em `float32`? Quantos tem o seu computador?
# %%
size = settings.pick(quick=32, class_=64, full=256)  # 64, 128 or 256 pixels  # pt: 64, 128 ou 256 pixels
most = settings.pick(quick=240, class_=1400, full=None)  # faces to use; None for all
# pt: rostos a usar; None para todos
faces = data.cartoon_generation.load("10k", most)
print(faces.provenance)
n_train = len(faces.paths["train"])
claims.check(faces.source, gb_100k=100_000 * 256 * 256 * 3 * 4 / 1e9, n_train=n_train)


# %% [markdown] lang="en"
# {{ gb_100k }} GB: no laptop holds that. So the images stay where they are, as **files**, and the network gets a **stream**: a pipeline reads the next few files while the network is busy with the last ones.
# `cartoon.stream` is such a pipeline, four steps of `tf.data`:
#
# 1. a list of file *names*, shuffled anew in each epoch (a name has a few bytes; shuffling decoded images would need them all in memory);
# 2. `map`, on several threads: read, decode, put transparent pixels on white, cut away the white frame, resize to `size`;
# 3. `batch`: some dozens of images become one tensor, from bytes to numbers between 0 and 1;
# 4. `prefetch`: the next batch is made while the network computes.
#
# Memory holds a handful of batches, whether the folder has a thousand files or a hundred thousand (`make bench ONLY=cartoons` measures it). The switch `size` above chooses 64, 128 or 256 pixels; a network on a laptop's
# processor wants 64, a GPU can take 256, and everything below runs with each of them.
# %% [markdown] lang="pt-BR"
# {{ gb_100k }} GB: não há notebook que comporte. Então as imagens ficam onde estão, como **arquivos**, e a rede recebe um **fluxo**: uma linha de montagem lê os próximos arquivos enquanto a rede trabalha nos anteriores.
# `cartoon.stream` é uma delas, em quatro passos do `tf.data`:
#
# 1. uma lista de *nomes* de arquivos, embaralhada de novo a cada época (um nome tem poucos bytes; embaralhar imagens decodificadas exigiria todas na memória);
# 2. `map`, em várias linhas de execução: ler, decodificar, pôr os pixels transparentes sobre branco, cortar a moldura branca, redimensionar para `size`;
# 3. `batch`: algumas dezenas de imagens viram um tensor, de bytes a números entre 0 e 1;
# 4. `prefetch`: o próximo lote é feito enquanto a rede calcula.
#
# A memória guarda um punhado de lotes, tenha a pasta mil arquivos ou cem mil (`make bench ONLY=cartoons` mede isso). A chave `size`, acima, escolhe 64, 128 ou 256 pixels; uma rede no processador de um notebook
# pede 64, uma GPU aguenta 256, e tudo o que segue roda com qualquer um deles.
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
# All faces look straight ahead, with the eyes at the same height: friendly data. What does streaming cost? One pass over the training files, and the same with `cache=True`, which keeps the decoded *bytes*
# after the first epoch. That is allowed when $n \cdot \text{size}^2 \cdot 3$ bytes are small beside the memory; at 64 pixels it is.
# %% [markdown] lang="pt-BR"
# Todos os rostos olham de frente, com os olhos à mesma altura: dados amigáveis. Quanto custa o fluxo? Uma passada pelos arquivos de treino, e o mesmo com `cache=True`, que guarda os *bytes* decodificados
# após a primeira época. Isso é permitido quando $n \cdot \text{size}^2 \cdot 3$ bytes são pouco perto da memória; com 64 pixels, são.
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
# Compare the two with what the network digests: on two cores, at 64 pixels, a few hundred faces per second. Decoding runs on the same cores, so the cache gives its share of them back to the network. With a GPU and
# 256 pixels it is the other way round: there the network waits for the files, and `prefetch` and several decoding threads earn their keep.
#
# There are only {{ n_train }} training faces here, few for a network. One honest way to have more: the mirror image of a face is a face. It is made on the way, in the pipeline, and only for training.
# %% [markdown] lang="pt-BR"
# Compare os dois com o que a rede digere: em dois núcleos, com 64 pixels, algumas centenas de rostos por segundo. A decodificação corre nos mesmos núcleos, e o cache devolve a parte dela à rede. Com GPU e
# 256 pixels é o contrário: ali a rede espera pelos arquivos, e o `prefetch` e as várias linhas de decodificação mostram seu valor.
#
# São só {{ n_train }} rostos de treino, poucos para uma rede. Um jeito honesto de ter mais: a imagem espelhada de um rosto é um rosto. Ela é feita no caminho, dentro do fluxo, e só no treino.
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
# ## 2. Where to look: measures made for faces
#
# The project that this lesson follows reported of its autoencoders: *beards and glasses come out blurred, hair vanishes*. A mean over all pixels hides that, because most pixels are white or plain skin. Since all faces stand
# in the same place, we can measure by place: a **band** for the hair, one for the eyes, one for mouth and chin.
#
# Glasses deserve a measure of their own. Cartoon skin has one colour; between the eyes, where the bridge of the nose is, nothing else is drawn, unless there are glasses. So compare that spot with the skin below it.
# %% [markdown] lang="pt-BR"
# ## 2. Para onde olhar: medidas feitas para rostos
#
# O projeto que esta aula refaz contou de seus autoencoders: *barbas e óculos saem borrados, cabelos somem*. Uma média sobre todos os pixels esconde isso, pois a maioria deles é branco ou pele lisa. Como todos os rostos estão
# no mesmo lugar, podemos medir por lugar: uma **faixa** para o cabelo, uma para os olhos, uma para boca e queixo.
#
# Os óculos merecem medida própria. Pele de desenho tem uma cor só; entre os olhos, sobre o nariz, nada mais é desenhado, a não ser que haja óculos. Basta comparar esse ponto com a pele logo abaixo.
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
# Where a table of attributes exists (the official archive, our drawn faces), it says who wears glasses. The faces used for the outputs you see have lost theirs: for them the score is the label. A home-made label must be checked. We looked at
# some dozens of validation faces ourselves and wrote down their numbers; you can check us in the picture below.
# %% [markdown] lang="pt-BR"
# Onde existe tabela de atributos (no arquivo oficial, nos nossos rostos desenhados), ela diz quem usa óculos. Os rostos das saídas que você vê perderam a sua: para eles, o rótulo é a medida. Rótulo caseiro se confere. Olhamos nós mesmos
# algumas dezenas de rostos de validação e anotamos seus números; confira o nosso trabalho na figura abaixo.
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
# The score agrees with the eye on {{ agree }} of the {{ looked_at }} faces, and says that {{ share_glasses }} of the training faces wear glasses. At the left of each row stands its range of scores: without glasses it is practically zero.
#
# ## 3. Three yardsticks
#
# What can one do without a network? Answer with the **mean face**. Or use **PCA** (lesson 01), of whole faces. Or cut each face into squares of 8 × 8 pixels and use PCA for **patches**, one small code for each square: near to what JPEG does. The codes are as long as that of the
# network to come, as far as PCA goes: it cannot have more components than training faces. Three parts, three jobs, as always: training faces determine the
# model, validation faces are what we look at while choosing, test faces are looked at once.
# %% [markdown] lang="pt-BR"
# A medida concorda com o olho em {{ agree }} dos {{ looked_at }} rostos e diz que {{ share_glasses }} dos rostos de treino usam óculos. À esquerda de cada fileira está a faixa de valores: sem óculos, é praticamente zero.
#
# ## 3. Três réguas
#
# O que se consegue sem rede? Responder com o **rosto médio**. Ou usar a **PCA** (aula 01), de rostos inteiros. Ou cortar cada rosto em quadrados de 8 × 8 pixels e usar a PCA de **retalhos**, um pequeno código para cada quadrado: perto do que faz o JPEG. Os códigos têm o tamanho do código da
# rede que vem a seguir, até onde a PCA alcança: ela não tem mais componentes que rostos de treino. Três partes, três papéis, como sempre: os rostos de treino determinam
# o modelo, os de validação são os que olhamos ao escolher, os de teste só são consultados uma vez.
# %%
latent_dim = 64  # numbers of a code that we want to sample from
# pt: números de um código do qual queremos sortear
maps = 32  # channels of the code of the reconstruction network
# pt: canais do código da rede de reconstrução
wide = (size // 8) ** 2 * maps
x_fit = pictures("train", settings.pick(quick=None, class_=None, full=500))  # PCA needs them all at once
# pt: a PCA os quer todos de uma vez
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
# The source's network for this task is an encoder of 18 layers and a decoder of 16, trained for 25 epochs. Ours has the same counts. Its building block is three layers long: a **convolution**, with stride 2 where the side is to be halved;
# **batch normalisation**, which centres and scales each channel over the batch, so that deep stacks train fast; and a **leaky ReLU**. Going up, the convolution is replaced by its transpose, which doubles the side (with kernels of 4 × 4: a side that the stride divides leaves no chequered pattern). The last layer doubles
# the side once more and gives the three colours at once: nothing wide is ever computed at full size, where it would cost most.
#
# The code keeps its place on the map: a grid of 1/8 of the side with {{ maps }} channels, flattened. A number of the code thus knows *where* it belongs; glasses on the left stay on the left.
# %% [markdown] lang="pt-BR"
# ## 4. Um autoencoder convolucional profundo
#
# A rede da fonte para esta tarefa é um codificador de 18 camadas e um decodificador de 16, treinados por 25 épocas. A nossa tem as mesmas contas. Seu tijolo tem três camadas: uma **convolução**, de passo 2 onde o lado deve cair à metade;
# **normalização de lote** (*batch normalization*), que centra e escala cada canal no lote e faz pilhas profundas treinarem depressa; e uma **leaky ReLU**. Na subida, a convolução dá lugar à sua transposta, que dobra o lado (com núcleos de 4 × 4: um lado divisível pelo passo não deixa padrão xadrez). A última camada dobra
# o lado mais uma vez e já dá as três cores: nada de largo é calculado no tamanho inteiro, onde custaria mais.
#
# O código conserva o lugar no mapa: uma grade de 1/8 do lado com {{ maps }} canais, achatada. Cada número do código sabe assim *onde* fica; óculos à esquerda continuam à esquerda.
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
# Counted with the input, as Keras does: {{ F10_encoder }} and {{ F10_decoder }}. Training is one function for every model of the lesson: Adam, and one learning rate that climbs for an epoch and comes down along a cosine.
# `jit_compile` lets XLA melt the small operations of a step together; for this network that took more than a third off a step on our processor
# (with the two-layer blocks of lesson 04 it was slower: measure). It compiles once for each shape, so training leaves out the few faces that do not fill a batch. And the batches are small, eight faces:
# with {{ n_train }} of them, a network learns more from many small steps than from few large ones. As in lesson 06, a training that is cut off goes on from its last backup.
# %% [markdown] lang="pt-BR"
# Contando a entrada, como faz o Keras: {{ F10_encoder }} e {{ F10_decoder }}. O treino é uma só função para todos os modelos da aula: Adam, e uma taxa de aprendizado que sobe durante uma época e desce por um cosseno.
# `jit_compile` deixa o XLA fundir as pequenas operações de um passo; nesta rede, isso tirou mais de um terço do tempo de um passo no nosso processador
# (com os blocos de duas camadas da aula 04 ele ficou mais lento: meça). Ele compila uma vez para cada forma, e por isso o treino deixa de fora os poucos rostos que não completam um lote. E os lotes são pequenos, de oito rostos:
# com {{ n_train }} deles, uma rede aprende mais com muitos passos pequenos do que com poucos grandes. Como na aula 06, um treino interrompido continua da sua última cópia.
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
    kept = resume.backup(model, epochs, n_train)  # cut off? run the cell again: it goes on
    # pt: interrompido? rode de novo a célula: continua
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
# ### A loss that looks at edges
#
# Squared error is cheap to please with blur: where the network does not know on which side of an edge a pixel lies, the mean of both colours costs least. Two additions push against it. **Absolute** error prefers one of the two colours to the mean of both.
# And we compare not only pixels but **differences between neighbours**: a blurred edge is wrong at every pixel along it, even if the mean colour is right.
#
# $$L(x, \hat x) = \overline{(x - \hat x)^2} + 0.1 \left( \overline{|x - \hat x|} + \overline{|\nabla x - \nabla \hat x|} \right)$$
#
# (Why keep the squared error? Absolute error alone starts badly: the median face is nearly white, and for some epochs the network answers with that.)
#
# **Predict:** the same network, the same epochs, this loss. Will its *squared* error be lower or higher?
# %% [markdown] lang="pt-BR"
# ### Um custo que olha as bordas
#
# O erro quadrático se contenta com borrão: onde a rede não sabe de que lado de uma borda fica o pixel, a média das duas cores é o que custa menos. Duas parcelas empurram no sentido contrário. O erro **absoluto** prefere uma das duas cores à média de ambas.
# E comparamos não só pixels, mas **diferenças entre vizinhos**: uma borda borrada erra em cada pixel ao longo dela, mesmo que a cor média esteja certa.
#
# $$L(x, \hat x) = \overline{(x - \hat x)^2} + 0{,}1 \left( \overline{|x - \hat x|} + \overline{|\nabla x - \nabla \hat x|} \right)$$
#
# (Por que manter o erro quadrático? Só com o absoluto o começo é ruim: o rosto mediano é quase branco, e por algumas épocas é isso que a rede responde.)
#
# **Arrisque:** a mesma rede, as mesmas épocas, este custo. O seu erro *quadrático* será menor ou maior?
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
# Dashed is training (measured during the epoch, with the mirror images), solid is validation. Now the test faces, in bands. Besides the absolute error we ask which share of the **edges** is kept (of their squared strength, as $R^2$ does): 100 % means every outline in its place; blurred, missing and invented ones cost.
# %% [markdown] lang="pt-BR"
# A linha tracejada é o treino (medido durante a época, com os espelhados), a cheia é a validação. Agora os rostos de teste, por faixas. Além do erro absoluto, perguntamos que fração das **bordas** se conserva (do quadrado da sua força, como faz o $R^2$): 100 % é cada traço em seu lugar; traços borrados, ausentes e inventados custam.
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
# A direct question remains: are the **glasses still there**? We run the score on the reconstructions. Blur lets some colour of the eyes leak to the bridge of the nose, so the threshold is chosen anew for each model, on validation faces.
# %% [markdown] lang="pt-BR"
# Falta uma pergunta direta: os **óculos continuam lá**? Passamos a medida nas reconstruções. O borrão deixa vazar alguma cor dos olhos para o alto do nariz; por isso o limiar é escolhido de novo para cada modelo, em rostos de validação.
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
# %%
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
# Whole-face PCA leaves next to nothing to see: it has a component for nearly every training face, and new faces are made of the same parts. The PCA of patches keeps {{ outline_patches }} of the edges around glasses, the network {{ outline_mse }} when trained with squared
# error and {{ outline_edges }} when trained with edges. Its absolute error falls as well: at the eyes of wearers from {{ eyes_mse }} to {{ eyes_edges }}, at mouth and chin from {{ chin_mse }} to {{ chin_edges }}, in the hair from {{ hair_mse }} to {{ hair_edges }}.
# And the squared error, the answer to the prediction? {{ f10_mse }} against {{ still_edges }}: training with edges costs nothing there either. Squared error stops pushing when errors get small; the absolute parts do not.
#
# Dark glasses and full beards are in every row. The hard cases are thin frames, one pixel wide at this size, pale on pale skin. From the reconstructions the score sorts {{ told_edges }} of the faces rightly into those with glasses and
# those without ({{ told_mse }} after squared error, {{ told_patches }} from the patches); a coin would reach 50 %.
#
# ### Why PCA is so good here, and what breaks it
#
# A cartoon face is a stack of layers from a catalogue, each in its fixed place: for PCA, a *sum of a few hundred pictures*, exactly what it was made for. Its strength hangs on that place.
#
# **Predict:** every test face moves a little to the right and down, by one 32nd of the side. Nobody has trained on moved faces. Whose error grows most?
# %% [markdown] lang="pt-BR"
# A PCA de rostos inteiros quase não deixa o que apontar: ela tem um componente para praticamente cada rosto de treino, e rostos novos são feitos das mesmas peças. A PCA de retalhos conserva {{ outline_patches }} das bordas em torno dos óculos; a rede, {{ outline_mse }} quando treinada com erro
# quadrático e {{ outline_edges }} quando treinada com bordas. O erro absoluto também cai: nos olhos de quem usa óculos, de {{ eyes_mse }} para {{ eyes_edges }}; na boca e no queixo, de {{ chin_mse }} para {{ chin_edges }}; no cabelo, de {{ hair_mse }} para {{ hair_edges }}.
# E o erro quadrático, a resposta à pergunta de antes? {{ f10_mse }} contra {{ still_edges }}: treinar com bordas não custa nada nem ali. O erro quadrático para de empurrar quando os erros ficam pequenos; as parcelas absolutas, não.
#
# Óculos escuros e barbas cheias estão em todas as fileiras. Os casos difíceis são as armações finas, de um pixel neste tamanho, claras sobre pele clara. Pelas reconstruções, a medida separa bem {{ told_edges }} dos rostos entre os que usam óculos e os que
# não usam ({{ told_mse }} com erro quadrático, {{ told_patches }} pelos retalhos); uma moeda acertaria 50 %.
#
# ### Por que a PCA é tão boa aqui, e o que a quebra
#
# Um rosto de desenho é uma pilha de camadas de um catálogo, cada uma no seu lugar fixo: para a PCA, uma *soma de algumas centenas de figuras*, exatamente aquilo para que ela foi feita. Sua força depende desse lugar.
#
# **Arrisque:** todos os rostos de teste andam um pouco para a direita e para baixo, 1/32 do lado. Ninguém treinou com rostos deslocados. De quem o erro cresce mais?
# %%
x_moved = np.roll(x_test, (size // 32, size // 32), axis=(1, 2))  # what leaves on one side is white
# pt: o que sai de um lado é branco
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
# The error of whole-face PCA jumps from {{ still_pca }} to {{ moved_pca }}: it had learnt *where* things are, pixel by pixel. The patches hardly notice ({{ still_patches }} before, {{ moved_patches }} after): a square of hair is a square of hair wherever it lies. The network stands between them, from
# {{ still_edges }} to {{ moved_edges }}: its convolutions look at small places, but it has only ever seen faces in one position, and part of what it learnt holds only there. The remedy is cheap: move the training images at random, in the pipeline, where we mirror them.
#
# Keep the yardsticks in mind. Whoever only wants a faithful copy of such faces in few numbers is well served by PCA of patches, after seconds. But no one draws a new *face* from patches drawn one by one. That is what the next section needs.
# %% [markdown] lang="pt-BR"
# O erro da PCA de rostos inteiros salta de {{ still_pca }} para {{ moved_pca }}: ela tinha aprendido *onde* ficam as coisas, pixel a pixel. Os retalhos quase não percebem ({{ still_patches }} antes, {{ moved_patches }} depois): um quadrado de cabelo é um quadrado de cabelo em qualquer lugar. A rede fica no meio, de
# {{ still_edges }} para {{ moved_edges }}: suas convoluções olham lugares pequenos, mas ela só viu rostos numa posição, e parte do que aprendeu só vale ali. O remédio é barato: deslocar ao acaso as imagens de treino, no fluxo, onde já as espelhamos.
#
# Não esqueça as réguas. Quem só quer uma cópia fiel desses rostos em poucos números fica bem servido com a PCA de retalhos, em segundos. Mas ninguém desenha um *rosto* novo sorteando retalhos um a um. É disso que precisa a próxima seção.
# %% [markdown] lang="en"
# ### Keep the halves
#
# Encoder and decoder go into files of their own: who receives codes needs only the decoder. A helper loads a pair and evaluates it **on a stream**, so that it works on any number of files.
# %% [markdown] lang="pt-BR"
# ### Guardar as metades
#
# Codificador e decodificador vão para arquivos próprios: quem recebe códigos só precisa do decodificador. Uma função carrega um par e o avalia **num fluxo**; serve, assim, para qualquer quantidade de arquivos.
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
# Twice *True*: the loaded decoder draws exactly what the one in memory draws, and the error of the loaded pair, on images read anew, is ours.
#
# ## 5. Faces that nobody drew
#
# To *generate*, one would draw a code at random and decode it. From the network above that fails: its {{ code_wide }} numbers are a map, and independent random numbers on a map are confetti. We need a small code, {{ latent_dim }} numbers without
# a place, and training faces that fill the region from which we draw: the **variational autoencoder** of lesson 08. Its encoder answers with a mean and a variance for each number of the code; training draws from them,
# and the KL divergence pulls them all towards $N(0, I)$.
#
# Dense layers on both sides of the code spread it over the whole picture. Two models, one function: with `kl_weight=None` it builds a **plain** autoencoder of the same shape, to compare with.
# %% [markdown] lang="pt-BR"
# Duas vezes *True*: o decodificador carregado desenha exatamente o que desenha o da memória, e o erro do par carregado, em imagens lidas de novo, é o nosso.
#
# ## 5. Rostos que ninguém desenhou
#
# Para *gerar*, seria preciso sortear um código e decodificá-lo. Com a rede acima não dá: seus {{ code_wide }} números são um mapa, e números aleatórios independentes num mapa são confete. Precisamos de um código pequeno, {{ latent_dim }} números sem
# lugar, e de rostos de treino que preencham a região de onde vamos sortear: o **autoencoder variacional** da aula 08. Seu codificador responde com uma média e uma variância para cada número do código; o treino sorteia delas,
# e a divergência KL puxa todas em direção a $N(0, I)$.
#
# Camadas densas dos dois lados do código o espalham pela figura inteira. Dois modelos, uma função: com `kl_weight=None` ela monta um autoencoder **simples** da mesma forma, para comparar.
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
# How heavy should the KL term be? Lesson 08 summed over the pixels and took $\beta = 1$: right if every pixel were a witness of its own. In a cartoon they are not; a thousand pixels of one colour all tell the same thing. And a
# face at 256 pixels has sixteen times the numbers of the same face at 64, but nothing new to say. So here we average over pixels, on purpose, and choose the weight of the divergence by hand; multiplied by the count of pixel values it is about
# the $\beta$ of lesson 08. Too large, and all faces become the mean face; too small, and the codes leave the region from which we shall draw.
# %% [markdown] lang="pt-BR"
# Quanto deve pesar o termo KL? A aula 08 somava sobre os pixels e usava $\beta = 1$: certo, se cada pixel fosse uma testemunha independente. Num desenho não é: mil pixels da mesma cor contam todos a mesma coisa. E um
# rosto de 256 pixels de lado tem dezesseis vezes os números do mesmo rosto com 64, sem nada de novo a dizer. Por isso aqui tiramos a média sobre os pixels, de propósito, e escolhemos à mão o peso da divergência; multiplicado pela quantidade de valores de pixel, ele é mais ou menos
# o $\beta$ da aula 08. Grande demais, todos os rostos viram o rosto médio; pequeno demais, os códigos saem da região de onde vamos sortear.
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
# These are *reconstructions* of test faces from {{ latent_dim }} numbers. Now every rival in one table, on the test faces.
# %% [markdown] lang="pt-BR"
# Essas são *reconstruções* de rostos de teste a partir de {{ latent_dim }} números. Agora todos os rivais numa tabela, nos rostos de teste.
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
# Three things to read in this table.
#
# - **PCA wins on reconstruction**, at both lengths: {{ pca_small }} from {{ latent_dim }} numbers, against {{ plain_mse }} for the plain network and {{ vae_mse }} for the VAE (mean face: {{ mean_mse }}). Faces put together from a catalogue, each part in its fixed place, are nearly linear data; PCA finds the best linear code exactly, and a
#   network of this size, after minutes, only comes near. It pays in parameters: at the long code it stores more than twenty times as many as the network.
# - **The VAE pays for its cloud**: its error is higher than that of the plain network, which is the same but for the cloud. Lesson 08 told why. It must earn this back as a generator.
# - **Seconds**: the baselines take little of your time. Try them first, always.
#
# ### Drawing new faces
#
# Now we decode random codes. PCA gets independent normal numbers with the variances of its components. The plain network gets codes from $N(0, I)$ and then, more kindly, from the normal distribution fitted to its own training codes. The VAE gets $N(0, I)$, the only
# distribution that it was trained for.
# %% [markdown] lang="pt-BR"
# Três coisas a ler nesta tabela.
#
# - **Na reconstrução, a PCA vence**, com os dois tamanhos: {{ pca_small }} com {{ latent_dim }} números, contra {{ plain_mse }} da rede simples e {{ vae_mse }} do VAE (rosto médio: {{ mean_mse }}). Rostos montados de um catálogo, cada peça no seu lugar fixo, são dados quase lineares; a PCA acha exatamente o melhor código linear, e uma
#   rede deste tamanho, em minutos, só chega perto. Ela paga em parâmetros: com o código longo, guarda mais de vinte vezes o que guarda a rede.
# - **O VAE paga pela nuvem**: seu erro é maior que o da rede simples, que só difere dele pela nuvem. A aula 08 explicou por quê. Ele tem de compensar isso como gerador.
# - **Segundos**: as referências tomam pouco do seu tempo. Comece sempre por elas.
#
# ### Sortear rostos novos
#
# Agora decodificamos códigos aleatórios. A PCA recebe números normais independentes, com as variâncias de seus componentes. A rede simples recebe códigos de $N(0, I)$ e depois, com mais gentileza, da normal ajustada aos seus próprios códigos de treino. O VAE recebe $N(0, I)$, a única
# distribuição para a qual foi treinado.
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
# Judge by eye first. The PCA row has sharp eyes in a haze of several hairstyles at once: **ghosts**. The plain network under $N(0, I)$ draws nearly one face, over and over: its codes live on another scale. Fitted codes bring colours back, and with them torn hair and holes. The VAE draws whole heads, each of one
# person, but softly: what its small code does not hold, thin frames and strands of hair, it cannot draw.
#
# Now a number. The **Fréchet distance** describes each set of images by the mean and the covariance of some features, and asks how far apart the two Gaussians are:
#
# $$d^2 = \|\mu_a - \mu_b\|^2 + \operatorname{tr}\left(\Sigma_a + \Sigma_b - 2\,(\Sigma_a \Sigma_b)^{1/2}\right)$$
#
# With features from a large classification network this is the well-known FID. We take two kinds of features that we have: 32 principal components of the **pixels**, and of the codes of our **network** of section 4, which has never seen a generated face. Two sets of *real* faces give the floor.
#
# **Predict:** in which column will the PCA ghosts look best?
# %% [markdown] lang="pt-BR"
# Julgue primeiro a olho. A fileira da PCA tem olhos nítidos numa névoa de vários penteados ao mesmo tempo: **fantasmas**. A rede simples, com $N(0, I)$, desenha quase um só rosto, repetido: seus códigos vivem em outra escala. Códigos ajustados trazem as cores de volta e, com elas, cabelos rasgados e buracos. O VAE desenha cabeças inteiras, cada uma de uma só
# pessoa, mas suaves: o que não cabe no seu código pequeno, armações finas e fios de cabelo, ele não tem como desenhar.
#
# Agora, um número. A **distância de Fréchet** descreve cada conjunto de imagens pela média e pela covariância de alguns atributos e pergunta quão longe estão as duas gaussianas:
#
# $$d^2 = \|\mu_a - \mu_b\|^2 + \operatorname{tr}\left(\Sigma_a + \Sigma_b - 2\,(\Sigma_a \Sigma_b)^{1/2}\right)$$
#
# Com atributos de uma grande rede classificadora, ela é a conhecida FID. Usamos dois tipos de atributos que já temos: 32 componentes principais dos **pixels** e dos códigos da nossa **rede** da seção 4, que nunca viu um rosto gerado. Dois conjuntos de rostos *reais* dão o piso.
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
# Two sets of real faces lie {{ fid_real }} apart; nobody can be asked for less. Under $N(0, I)$ the plain network stands at {{ fid_plain }}, the VAE at {{ fid_vae }}: the price that its reconstruction paid bought something. And the surprise: a Gaussian fitted to its codes, a second model made after the first, brings the plain network to {{ fid_fitted }}, ahead of the VAE and next to real faces. Look at its row again before you believe that: the colours are as varied as in the data, which the distance sees; the torn hair and the holes it hardly sees.
#
# And the ghosts? By the pixel features they are as good as real faces, {{ fid_ghost_pixels }}, because they were *made* from the mean and the covariance that this distance compares. The network's features see more of the haze, {{ fid_ghost }} against a floor of {{ fid_real }}, and still put the ghosts ahead of the VAE, which no eye would do. A distance sees what its features see. Numbers of this kind rank the same
# model at different settings quite well; between models of different kinds, look at the pictures too.
# %% [markdown] lang="pt-BR"
# Dois conjuntos de rostos reais ficam a {{ fid_real }} um do outro; não se pode exigir menos que isso de ninguém. Com $N(0, I)$, a rede simples fica em {{ fid_plain }} e o VAE, em {{ fid_vae }}: o preço pago na reconstrução comprou alguma coisa. E a surpresa: uma gaussiana ajustada aos códigos, um segundo modelo feito depois do primeiro, leva a rede simples a {{ fid_fitted }}, à frente do VAE e junto dos rostos reais. Olhe de novo a fileira dela antes de acreditar: as cores são tão variadas quanto nos dados, e isso a distância vê; o cabelo rasgado e os buracos, ela quase não vê.
#
# E os fantasmas? Pelos atributos dos pixels, são tão bons quanto rostos reais, {{ fid_ghost_pixels }}, pois foram *feitos* da média e da covariância que essa distância compara. Os atributos da rede percebem mais da névoa, {{ fid_ghost }} contra um piso de {{ fid_real }}, e ainda assim põem os fantasmas à frente do VAE, o que olho nenhum faria. Uma distância vê o que seus atributos veem. Números assim comparam bem o mesmo
# modelo com ajustes diferentes; entre modelos de tipos diferentes, olhe também as figuras.
# %% [markdown] lang="en"
# ## 6. Arithmetic with faces
#
# If similar faces have neighbouring codes, perhaps *differences* of codes mean something. Take the mean code of all training faces with glasses, subtract the mean code of those without: the hair, the skin, the chins
# average out, what remains is a vector that should mean "glasses". Add it to the code of somebody who wears none.
#
# Whether it works is a matter of measurement again: in which share of the changed faces does the score find glasses? To compare, a **random direction of the same length**: it also changes the face, but it should not put glasses on it.
# %% [markdown] lang="pt-BR"
# ## 6. Aritmética com rostos
#
# Se rostos parecidos têm códigos vizinhos, talvez *diferenças* de códigos signifiquem algo. Tome o código médio dos rostos de treino com óculos e subtraia o dos que não usam: cabelos, peles, queixos
# se cancelam na média, e resta um vetor que deve significar "óculos". Some-o ao código de quem não usa.
#
# Se funciona, é de novo questão de medir: em que fração dos rostos alterados a medida acha óculos? Para comparar, uma **direção aleatória de mesmo comprimento**: ela também muda o rosto, mas não deveria pôr óculos nele.
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
# It works, with a price. The score finds glasses in {{ glasses_before }} of the reconstructions of bare faces, in {{ glasses_on }} after adding the vector twice, and in {{ glasses_random }} after a random vector of the same length. Subtracted twice, it leaves glasses on {{ glasses_off }} of the wearers. Once the vector moves a face from one group's mean to the
# other's; many faces need more than the mean difference before the glasses show. What appears are dark, round glasses: the *average* of all glasses in the catalogue. And a vector of means carries along whatever else differs between the groups; it is clean here only because Cartoon Set deals its attributes independently. Photographs of people do not.
#
# Play with it: choose a face, add and remove.
# %% [markdown] lang="pt-BR"
# Funciona, com um preço. A medida acha óculos em {{ glasses_before }} das reconstruções de rostos sem óculos, em {{ glasses_on }} depois de somar o vetor duas vezes e em {{ glasses_random }} depois de um vetor aleatório de mesmo comprimento. Subtraído duas vezes, ele deixa óculos em {{ glasses_off }} dos que usam. Uma vez o vetor leva um rosto da média de um grupo à do
# outro; muitos rostos precisam de mais que a diferença média até os óculos aparecerem. O que aparece são óculos escuros e redondos: a *média* de todos os óculos do catálogo. E um vetor de médias carrega junto tudo o mais que difere entre os grupos; aqui ele é limpo só porque o Cartoon Set distribui seus atributos de modo independente. Fotos de pessoas não fazem isso.
#
# Brinque: escolha um rosto, ponha e tire.
# %%
directions = {"glasses": glasses, "moustache": moustache}  # pt: "óculos", "bigode"
explore.cartoon_generation.attributes(vae_decoder, z_test[:60], x_test[:60], directions)
# %% [markdown] lang="en"
# ## Check yourself
#
# Answer first, then open.
#
# **1.** A colleague shuffles a stream with `images.shuffle(100_000)` after decoding, and the computer runs out of memory. Why, and what is the remedy?
#
# <details><summary>Answer</summary>The shuffle buffer holds 100,000 decoded images. Shuffle the file names, before they are read: the same randomness for a few megabytes.</details>
#
# **2.** Two networks have the same squared error on the test faces, but only one of them keeps the glasses. How can that be?
#
# <details><summary>Answer</summary>Glasses are a few per cent of the pixels. An error averaged over the whole picture can be paid back on hair or background. Measure where it matters.</details>
#
# **3.** Random points decoded by a plain autoencoder look worse than its reconstructions. Its decoder is the same in both cases; what differs?
#
# <details><summary>Answer</summary>The codes. Training only ever showed the decoder codes of faces; nothing made these fill the region where N(0, I) has its points.</details>
#
# **4.** Ghosts drawn from a Gaussian in PCA space get an excellent Fréchet distance on PCA features. What does that say about the number?
#
# <details><summary>Answer</summary>It compares means and covariances of certain features, and the ghosts were made to match exactly these. A distance sees only what its features see; use features that the generator was not fitted to, and your eyes.</details>
#
# **5.** We found who wears glasses by comparing two spots of skin. Why did we look at some dozens of faces by hand as well?
#
# <details><summary>Answer</summary>A rule that writes its own labels cannot notice its own mistakes. A small sample labelled independently tells how far to trust it.</details>
# %% [markdown] lang="pt-BR"
# ## Teste-se
#
# Responda primeiro, abra depois.
#
# **1.** Um colega embaralha o fluxo com `images.shuffle(100_000)` depois de decodificar, e a memória do computador acaba. Por quê, e qual é o remédio?
#
# <details><summary>Resposta</summary>O embaralhador segura 100.000 imagens decodificadas. Embaralhe os nomes dos arquivos, antes da leitura: o mesmo acaso por poucos megabytes.</details>
#
# **2.** Duas redes têm o mesmo erro quadrático nos rostos de teste, mas só uma conserva os óculos. Como pode?
#
# <details><summary>Resposta</summary>Óculos são uns poucos por cento dos pixels. Um erro médio sobre a figura inteira pode ser compensado no cabelo ou no fundo. Meça onde importa.</details>
#
# **3.** Pontos ao acaso, decodificados por um autoencoder simples, ficam piores que suas reconstruções. O decodificador é o mesmo; o que muda?
#
# <details><summary>Resposta</summary>Os códigos. No treino, o decodificador só viu códigos de rostos; nada os obrigou a preencher a região onde N(0, I) tem seus pontos.</details>
#
# **4.** Fantasmas sorteados de uma gaussiana no espaço da PCA recebem uma ótima distância de Fréchet em atributos da PCA. O que isso diz do número?
#
# <details><summary>Resposta</summary>Ele compara médias e covariâncias de certos atributos, e os fantasmas foram feitos para igualar exatamente essas. Uma distância só vê o que seus atributos veem; use atributos aos quais o gerador não foi ajustado, e os seus olhos.</details>
#
# **5.** Descobrimos quem usa óculos comparando dois pontos da pele. Por que olhamos também algumas dezenas de rostos, um por um?
#
# <details><summary>Resposta</summary>Uma regra que escreve os próprios rótulos não percebe os próprios erros. Uma pequena amostra rotulada de modo independente diz até onde confiar nela.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# ### Exercise 1: what else does the code know?
#
# Each face has a `face_shape` in its table. Nobody told the VAE about it. Fit `classifier` to the codes of the training faces and put its accuracy on the *validation* faces into `shape_accuracy`. The commonest shape is the answer of someone who knows nothing.
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# ### Exercício 1: o que mais sabe o código?
#
# Cada rosto tem um `face_shape` (formato) em sua tabela. Ninguém contou isso ao VAE. Ajuste `classifier` aos códigos dos rostos de treino e ponha em `shape_accuracy` a sua acurácia nos rostos de *validação*. O formato mais comum é a resposta de quem nada sabe.
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
# ### Exercise 2: from one face to another
#
# Decode eight points on the straight line from the code `z_test[0]` of the first test face to `z_test[1]`, both ends included, into `walk` (shape `(8, size, size, 3)`). Once that is right, the cell shows the same with the *pixels* below it; compare the middle: two half-transparent faces, or one?
# %% [markdown] lang="pt-BR"
# ### Exercício 2: de um rosto a outro
#
# Decodifique oito pontos da reta que vai do código `z_test[0]` do primeiro rosto de teste a `z_test[1]`, extremos incluídos, em `walk` (forma `(8, size, size, 3)`). Com a resposta certa, a célula mostra embaixo o mesmo com os *pixels*; compare o meio: dois rostos meio transparentes, ou um?
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
# ### Exercise 3: cooler samples
#
# Multiply the random codes by a *temperature* of 0.6 before decoding them, into `cooler` (use `noise`). The faces get tidier. What do they lose? Once your answer is right, the cell prints the network distance of both.
# %% [markdown] lang="pt-BR"
# ### Exercício 3: sorteios mais frios
#
# Multiplique os códigos aleatórios por uma *temperatura* de 0,6 antes de decodificá-los, em `cooler` (use `noise`). Os rostos ficam mais arrumados. O que perdem? Com a resposta certa, a célula mostra a distância da rede das duas.
# %% exercise="3" role="answer"
cooler = None
### BEGIN SOLUTION
cooler = vae_decoder.predict_on_batch(0.6 * noise)
# Tidy and alike: near the middle of N(0, I) lie the commonest faces, and the distance pays for
# the lost variety.
# pt: Arrumados e parecidos: perto do meio de N(0, I) ficam os rostos mais comuns, e a distância
# pt: cobra a variedade perdida.
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
# - Images stay on the disk: shuffle names, decode on the way, prefetch; cache only what fits.
# - Keep encoder and decoder in files of their own, and evaluate what you *loaded*, on held-out files.
# - A mean error hides small things that matter. Measure by place, and let the loss look at edges.
# - The VAE gives up some detail for a latent space that can be sampled; a plain autoencoder does not know what lies between its faces.
# - Judge samples by eye and by a distance, with the distance between *real* sets as the floor, and know what its features cannot see.
# - Differences of mean codes are directions with a meaning; a random direction of the same length is the control.
#
# ## References
#
# - A. Royer, K. Bousmalis, S. Gouws, F. Bertsch, I. Mosseri, F. Cole, K. Murphy, *XGAN: unsupervised image-to-image translation for many-to-many mappings*, arXiv:1711.05139, 2017: the Cartoon Set. Pictures: Google, CC BY 4.0.
# - D. P. Kingma, M. Welling, *Auto-encoding variational Bayes*, ICLR 2014.
# - S. Ioffe, C. Szegedy, *Batch normalization: accelerating deep network training by reducing internal covariate shift*, ICML 2015.
# - M. Mathieu, C. Couprie, Y. LeCun, *Deep multi-scale video prediction beyond mean square error*, ICLR 2016: a loss on gradients.
# - A. B. L. Larsen, S. K. Sønderby, H. Larochelle, O. Winther, *Autoencoding beyond pixels using a learned similarity metric*, ICML 2016: attribute vectors of faces.
# - M. Heusel, H. Ramsauer, T. Unterthiner, B. Nessler, S. Hochreiter, *GANs trained by a two time-scale update rule converge to a local Nash equilibrium*, NeurIPS 2017: the Fréchet distance of images.
#
# This was the last lesson. Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - As imagens ficam no disco: embaralhe nomes, decodifique no caminho, adiante-se; cache, só do que cabe.
# - Guarde codificador e decodificador em arquivos próprios, e avalie o que foi *carregado*, em arquivos reservados.
# - Um erro médio esconde coisas pequenas que importam. Meça por lugar, e faça o custo olhar as bordas.
# - O VAE abre mão de algum detalhe por um espaço latente do qual se pode sortear; um autoencoder simples não sabe o que há entre os seus rostos.
# - Julgue amostras a olho e por uma distância, com a distância entre conjuntos *reais* como piso, e saiba o que seus atributos não veem.
# - Diferenças de códigos médios são direções com significado; uma direção aleatória de mesmo comprimento é o controle.
#
# ## Referências
#
# - A. Royer, K. Bousmalis, S. Gouws, F. Bertsch, I. Mosseri, F. Cole, K. Murphy, *XGAN: unsupervised image-to-image translation for many-to-many mappings*, arXiv:1711.05139, 2017: o Cartoon Set. Imagens: Google, CC BY 4.0.
# - D. P. Kingma, M. Welling, *Auto-encoding variational Bayes*, ICLR 2014.
# - S. Ioffe, C. Szegedy, *Batch normalization: accelerating deep network training by reducing internal covariate shift*, ICML 2015.
# - M. Mathieu, C. Couprie, Y. LeCun, *Deep multi-scale video prediction beyond mean square error*, ICLR 2016: um custo sobre gradientes.
# - A. B. L. Larsen, S. K. Sønderby, H. Larochelle, O. Winther, *Autoencoding beyond pixels using a learned similarity metric*, ICML 2016: vetores de atributos de rostos.
# - M. Heusel, H. Ramsauer, T. Unterthiner, B. Nessler, S. Hochreiter, *GANs trained by a two time-scale update rule converge to a local Nash equilibrium*, NeurIPS 2017: a distância de Fréchet entre imagens.
#
# Esta foi a última aula. Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
