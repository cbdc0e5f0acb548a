# %% [markdown] lang="en"
# # Music: an autoencoder that listens, and what it learnt by heart
#
# [Open in Colab]({{ colab }}) · Lesson 06 · reading: {{ reading_minutes }} min · running: {{ minutes.class }} min
# (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# **After this lesson you can**
#
# - read sound as an array, scale it, cut it into parts and join them again without loss;
# - build a one-dimensional convolutional autoencoder of 33 million weights, and explain why its loss first refuses to fall;
# - judge a reconstruction by eye (waveform, mel spectrogram), by ear and by number (signal-to-noise ratio);
# - tell on held-out tracks what the network *knows* from what it only *remembers*;
# - compare a learnt code honestly with PCA, with plain resampling, and with FLAC and OGG;
# - mix two pieces in latent space, and say whether that differs from mixing the sounds.
#
# **Prerequisites:** lesson 01 (PCA, held-out data); a first contact with convolutions helps.
#
# **You will need:** a computer with Python 3.11 or newer, or a free Colab; headphones if you are not alone. No GPU.
# %% [markdown] lang="pt-BR"
# # Música: um autoencoder que escuta, e o que ele decorou
#
# [Abrir no Colab]({{ colab }}) · Aula 06 · leitura: {{ reading_minutes }} min · execução: {{ minutes.class }} min
# (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# **Ao final desta aula você saberá**
#
# - ler o som como um vetor, normalizá-lo, cortá-lo em trechos e emendá-los de novo sem perda;
# - montar um autoencoder convolucional unidimensional de 33 milhões de pesos e explicar por que seu custo, no começo, se recusa a cair;
# - julgar uma reconstrução a olho (onda, espectrograma mel), de ouvido e em números (relação sinal-ruído);
# - distinguir, em faixas reservadas, o que a rede *sabe* do que ela só *lembra*;
# - comparar com honestidade um código aprendido com a PCA, com a simples reamostragem e com FLAC e OGG;
# - misturar duas peças no espaço latente e dizer se isso é diferente de misturar os sons.
#
# **Pré-requisitos:** aula 01 (PCA, dados reservados); um primeiro contato com convoluções ajuda.
#
# **Você vai precisar de:** um computador com Python 3.11 ou mais novo, ou do Colab gratuito; fones de ouvido, se houver gente por perto. Não é preciso GPU.
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("06_music")
# %% [markdown] lang="en"
# If every line of the table says *ok*, go on. Otherwise its last column tells what to type. Then the imports.
# %% [markdown] lang="pt-BR"
# Se todas as linhas da tabela dizem *ok*, siga em frente. Se não, a última coluna mostra o que digitar. Depois, as importações.
# %%
import io
import sys
import time

import keras
import librosa
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers
from scipy.signal import resample_poly
from sklearn.decomposition import PCA
from tqdm.keras import TqdmCallback

from utils import audio, claims, data, explore, plot, resume, settings, text
from utils.progress import tqdm

# %% [markdown] lang="en"
# ## 1. Sound is a long list of numbers
#
# A microphone measures air pressure at regular instants; each measurement is a **sample**. At 8,000 samples a second a sound of up to 4 kHz can be represented (half the
# rate: Nyquist), which is telephone quality and enough for melodies. Every track is scaled to **peak 1**, so that loud and quiet recordings count alike, and we keep its first
# 131,072 samples: a power of two, 16.4 seconds.
#
# The tracks are the *classical* genre of GTZAN, 100 excerpts used in hundreds of papers. Fifty of them train, as in the lecture whose figures we reproduce; the other fifty are **held out**: ten to watch while we choose (validation), forty
# for the end (test). If GTZAN is not on this computer, ten synthetic pieces of the course take its place.
# %% [markdown] lang="pt-BR"
# ## 1. O som é uma longa lista de números
#
# Um microfone mede a pressão do ar a intervalos regulares; cada medida é uma **amostra**. Com 8.000 amostras por segundo representa-se som de até 4 kHz (metade da
# taxa: Nyquist), qualidade de telefone, suficiente para melodias. Cada faixa é normalizada para **pico 1**, para que gravações fortes e fracas contem igual, e ficamos com suas primeiras
# 131.072 amostras: uma potência de dois, 16,4 segundos.
#
# As faixas são do gênero *classical* do GTZAN, 100 trechos usados em centenas de artigos. Cinquenta treinam, como na aula cujos valores reproduzimos; as outras cinquenta ficam **reservadas**: dez para olhar enquanto escolhemos (validação), quarenta
# para o fim (teste). Se o GTZAN não está neste computador, dez peças sintéticas do curso tomam seu lugar.
# %%
tracks = data.music.tracks("classical")
pieces = data.music.pieces()
x_train, x_val, x_test = tracks.x_train, tracks.x_val, tracks.x_test
RATE, LENGTH = tracks.rate, x_train.shape[1]
print(tracks.provenance)
print(f"x_train {x_train.shape}, x_val {x_val.shape}, x_test {x_test.shape}")
# %%
fig, axes = plt.subplots(4, 2, figsize=(12, 8.4), sharex=True, sharey=True)
shown = np.unique(np.linspace(0, len(x_train) - 1, 8).astype(int))
for ax in axes.flat[len(shown) :]:
    ax.axis("off")
for ax, track in zip(axes.flat, shown):
    librosa.display.waveshow(x_train[track], sr=RATE, ax=ax, color=plot.BLUE)
    ax.set(xlabel="", ylim=(-1, 1), xticks=range(0, 17, 4))
    ax.set_title(tracks.names_train[track], fontsize=14)
for ax in axes[-1]:
    ax.set_xlabel("time (s)")
fig.supylabel("amplitude (peak 1)")  # pt: "amplitude (pico 1)"
plot.show(
    fig,
    alt="Waveforms of eight training tracks: some swell and fade, some are even; each touches 1 or -1 once.",
    # pt: "Ondas de oito faixas de treino: umas crescem e somem, outras são constantes; cada uma toca 1 ou -1."
)
# %% [markdown] lang="en"
# Sixteen seconds on a few centimetres show only the **envelope**, the loudness over time. The melody is in the thousands of swings that are too narrow to be seen here.
#
# **What you will hear, and what not.** GTZAN was collected without asking anybody: it has no licence, so its sound must not be passed on, not even inside a notebook. The pictures and
# figures of this lesson are about GTZAN; the *players* play the course's own pieces, which the same network rebuilds too. (`LISTEN = True` lets you hear the tracks of your own copy. Do not share a notebook run that way.)
# %% [markdown] lang="pt-BR"
# Dezesseis segundos em poucos centímetros só mostram a **envoltória**, a intensidade ao longo do tempo. A melodia está nos milhares de oscilações estreitas demais para se ver aqui.
#
# **O que você vai ouvir, e o que não vai.** O GTZAN foi reunido sem pedir licença a ninguém: não tem licença, e seu som não pode ser passado adiante, nem dentro de um notebook. As figuras e os
# valores desta aula tratam do GTZAN; os *reprodutores* tocam as peças do próprio curso, que a mesma rede também refaz. (Com `LISTEN = True` você ouve as faixas da sua cópia. Não compartilhe um notebook executado assim.)
# %%
LISTEN = False
PART = 4096
CLIP = 6 * PART  # what a player plays: 3 seconds keep the notebook small
# pt: o que um reprodutor toca: 3 segundos mantêm o notebook pequeno
first = dict(zip(pieces.names_train, pieces.x_train[:, :CLIP]))
audio.play({name: first[name] for name in pieces.names_train[:2]}, pieces.source)
audio.play({tracks.names_train[0]: x_train[0]}, tracks.source, my_copy=LISTEN)
# %% [markdown] lang="en"
# ## 2. Cut into parts and joined again
#
# A network with 131,072 inputs would be hopeless. We cut each track into 32 **parts** of 4,096 samples, half a second each: long enough for a note or two. To the network every part is an example of
# its own; it will not know which track it came from or what was played before.
#
# Cutting must lose nothing. `audio.cut` and `audio.join` only change the shape of the array; we check it instead of believing it.
# %% [markdown] lang="pt-BR"
# ## 2. Cortar em trechos e emendar de novo
#
# Uma rede com 131.072 entradas seria inviável. Cortamos cada faixa em 32 **trechos** de 4.096 amostras, meio segundo cada um: o bastante para uma nota ou duas. Para a rede, cada trecho é um
# exemplo por si; ela não saberá de que faixa ele veio nem o que se tocou antes.
#
# O corte não pode perder nada. `audio.cut` e `audio.join` só mudam a forma do vetor; conferimos em vez de acreditar.
# %%
parts_train, parts_val = audio.cut(x_train, PART), audio.cut(x_val, PART)
print(parts_train.shape, parts_val.shape)
difference = np.abs(audio.join(parts_train, LENGTH) - x_train).max()
claims.check(tracks.source, parts=len(parts_train), cut_difference=difference)
# %%
seconds = np.arange(3 * PART) / RATE
fig, ax = plt.subplots(figsize=(12, 3.6))
for i in range(3):
    here = slice(i * PART, (i + 1) * PART)
    ax.plot(seconds[here], x_train[0, here], color=plot.LINE_COLOURS[i], linewidth=0.8)
    ax.axvline(i * PART / RATE, color="0.3", linestyle=":")
    ax.text((i + 0.5) * PART / RATE, 1.05, f"part {i}", ha="center")  # pt: f"trecho {i}"
ax.set(xlabel="time (s)", ylabel="amplitude", ylim=(-1, 1.3), xlim=(0, seconds[-1]))
plot.show(
    fig,
    alt="The first three parts of a track in three colours; the cuts fall wherever they fall, amid the music.",
    # pt: "Os três primeiros trechos de uma faixa em três cores; os cortes caem onde caem, no meio da música."
)


# %% [markdown] lang="en"
# The difference is {{ cut_difference }}: exactly zero, and {{ parts }} parts make a tensor of shape `(1600, 4096, 1)`; the last axis is the single channel of a mono sound. The cuts fall in the middle of notes, wherever
# a multiple of 4,096 happens to be. Keep that in mind for the exercises.
#
# ## 3. A convolutional autoencoder in one dimension
#
# The encoder has four convolutions of kernel 3 and **stride 2**: each halves the number of instants, 4,096 → 2,048 → 1,024 → 512 → 256, while the channels grow from 1 to 64. Flattened, these are 16,384 numbers;
# a dense layer makes 1,024 of them: the **code**, a quarter of the samples. The decoder mirrors it with transposed convolutions, and ends in `tanh`, whose range (-1, 1) is that of the sound.
#
# **Predict before you run:** where are the weights? In the eight convolutions or in the two dense layers?
# %% [markdown] lang="pt-BR"
# A diferença é {{ cut_difference }}: exatamente zero, e {{ parts }} trechos formam um tensor de forma `(1600, 4096, 1)`; o último eixo é o canal único de um som mono. Os cortes caem no meio das notas, onde quer que
# esteja um múltiplo de 4.096. Guarde isso para os exercícios.
#
# ## 3. Um autoencoder convolucional em uma dimensão
#
# O codificador tem quatro convoluções de núcleo 3 e **passo 2**: cada uma corta pela metade o número de instantes, 4.096 → 2.048 → 1.024 → 512 → 256, enquanto os canais crescem de 1 a 64. Achatados, são 16.384 números;
# uma camada densa faz deles 1.024: o **código**, um quarto das amostras. O decodificador o espelha com convoluções transpostas e termina em `tanh`, cuja faixa (-1, 1) é a do som.
#
# **Antes de executar, arrisque:** onde estão os pesos? Nas oito convoluções ou nas duas camadas densas?
# %%
def build_encoder(part, code_size):
    """From parts (n, part, 1) to codes (n, code_size)."""
    # pt: """De trechos (n, part, 1) a códigos (n, code_size)."""
    encoder = keras.Sequential([keras.Input((part, 1))], name="encoder")
    for channels in (32, 32, 64, 64):
        encoder.add(layers.Conv1D(channels, 3, strides=2, padding="same", activation="leaky_relu"))
    encoder.add(layers.Flatten())
    encoder.add(layers.Dense(code_size, name="code"))
    return encoder


def build_decoder(part, code_size):
    """From codes (n, code_size) to parts (n, part, 1)."""
    # pt: """De códigos (n, code_size) a trechos (n, part, 1)."""
    decoder = keras.Sequential([keras.Input((code_size,))], name="decoder")
    decoder.add(layers.Dense(part // 16 * 64))
    decoder.add(layers.Reshape((part // 16, 64)))
    for channels in (64, 64, 32, 32):
        layer = layers.Conv1DTranspose(channels, 3, strides=2, padding="same", activation="leaky_relu")
        decoder.add(layer)
    decoder.add(layers.Conv1D(1, 1, activation="tanh", name="x_hat"))
    return decoder


# %%
CODE = settings.pick(quick=128, class_=1024, full=1024)
keras.utils.set_random_seed(settings.seed())
encoder, decoder = build_encoder(PART, CODE), build_decoder(PART, CODE)
autoencoder = keras.Sequential([encoder, decoder], name="autoencoder")
encoder.summary()
decoder.summary()
claims.check(
    tracks.source,
    F9_encoder=encoder.count_params(),
    F9_decoder=decoder.count_params(),
    F9_parameters=autoencoder.count_params(),
)


# %% [markdown] lang="en"
# {{ F9_parameters }} weights for {{ parts }} examples, and all but a few tens of thousands of them in the two dense layers, between 16,384 and 1,024 numbers. The convolutions cost next to nothing. Twenty thousand
# weights for each training example: whoever has that many can learn by heart. Hold that thought.
#
# **A trap in a name.** The lecture calls this model a *variational* autoencoder. It is not one: its encoder gives one code, not a mean and a variance; nothing is sampled; the loss has no divergence term. It is a plain
# autoencoder, and codes drawn at random would not decode to music. Lesson 08 builds the real thing.
#
# ## 4. Training, and a loss that does not move
#
# The loss is the mean squared error; we also watch the mean absolute error (MAE), whose unit is that of the amplitude. Before training, two yardsticks: what would *silence* score? Its squared error is the
# power of the music itself. And how large are the first gradients?
# %% [markdown] lang="pt-BR"
# {{ F9_parameters }} pesos para {{ parts }} exemplos, e quase todos, salvo algumas dezenas de milhares, nas duas camadas densas, entre 16.384 e 1.024 números. As convoluções não custam quase nada. Vinte mil
# pesos por exemplo de treino: quem tem tantos pode decorar. Guarde essa ideia.
#
# **Uma armadilha no nome.** A aula de origem chama este modelo de autoencoder *variacional*. Ele não é: seu codificador dá um código, não uma média e uma variância; nada é sorteado; o custo não tem termo de divergência. É um
# autoencoder comum, e códigos tirados ao acaso não virariam música. A aula 08 monta o verdadeiro.
#
# ## 4. O treino, e um custo que não se mexe
#
# O custo é o erro quadrático médio; acompanhamos também o erro absoluto médio (MAE), cuja unidade é a da amplitude. Antes de treinar, duas réguas: quanto faria o *silêncio*? Seu erro quadrático é a
# própria potência da música. E de que tamanho são os primeiros gradientes?
# %%
def mae(x, x_hat):
    """Mean absolute error over samples and tracks."""
    # pt: """Erro absoluto médio sobre amostras e faixas."""
    return float(np.mean(np.abs(x - x_hat)))


def gradient_sizes(model, x):
    """Median absolute gradient of the squared error in each kernel of `model`, on one batch."""
    # pt: """Mediana do gradiente absoluto do erro quadrático em cada núcleo de `model`, num lote."""
    kernels = [w.value for w in model.trainable_weights if len(w.shape) > 1]
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(x - model(x, training=True)))
    return [float(np.median(np.abs(g))) for g in tape.gradient(loss, kernels)]


sizes = gradient_sizes(autoencoder, parts_train[::100])
print("median |gradient| of each kernel:", " ".join(f"{size:.0e}" for size in sizes))
# pt: "mediana do |gradiente| de cada núcleo:"
power = float(np.mean(x_train**2))
claims.check(tracks.source, power=power, silence_train=mae(x_train, 0), gradient=min(sizes))
# %% [markdown] lang="en"
# Silence scores {{ power }}: a loss near that figure means that the network has learnt *nothing but the mean*. With the lecture's settings it stays there for many epochs. The gradients tell why. A mean over 4,096 samples makes
# the gradient of each of the 33 million weights tiny, {{ gradient }} in the most timid kernel. Adam divides each step by the typical size of the gradient *plus* `epsilon`, `1e-7` by default: where gradients are smaller than that,
# the promise "Adam does not care about scale" is broken, and the large dense layers hardly move. The remedy is one argument, `epsilon=1e-12`.
#
# The second remedy is a schedule as in lessons 01 and 02: up to a peak, then down along a cosine. (Profile `full` uses the lecture's own: Adam at `1e-3`, divided by `1 + 0.002 * step`, for 300 epochs.)
#
# Minutes of training are lost if the kernel dies or the power fails. So `fit` gets one more callback, Keras's `BackupAndRestore`, which keeps weights, Adam's memory and the number of the epoch on the disk until the training ends: run the cells
# again, and it goes on where it was.
# %% [markdown] lang="pt-BR"
# O silêncio faz {{ power }}: um custo perto desse valor significa que a rede não aprendeu *nada além da média*. Com os ajustes da aula de origem, ele fica ali por muitas épocas. Os gradientes dizem por quê. A média sobre 4.096 amostras deixa
# minúsculo o gradiente de cada um dos 33 milhões de pesos: {{ gradient }} no núcleo mais tímido. O Adam divide cada passo pelo tamanho típico do gradiente *mais* `epsilon`, `1e-7` de fábrica: onde os gradientes são menores que isso,
# quebra-se a promessa de que "o Adam não liga para a escala", e as grandes camadas densas quase não andam. O remédio é um argumento, `epsilon=1e-12`.
#
# O segundo remédio é um plano como os das aulas 01 e 02: subir até um pico e descer por um cosseno. (O perfil `full` usa o da aula de origem: Adam a `1e-3`, dividido por `1 + 0.002 * passo`, por 300 épocas.)
#
# Minutos de treino se perdem se o kernel morre ou a luz acaba. Por isso o `fit` recebe mais um *callback*, o `BackupAndRestore` do Keras, que guarda no disco os pesos, a memória do Adam e o número da época até o treino terminar: rode as
# células de novo, e ele continua de onde parou.
# %%
BATCH = 64


# %%
def train(model, x, x_held_out, steps, peak):
    """Fit `model` to give back its input in about `steps` steps; returns history and seconds."""
    # pt: """Ajusta `model` para devolver a entrada em cerca de `steps` passos; dá histórico e segundos."""
    epochs = max(1, steps // (len(x) // BATCH))
    short = keras.optimizers.schedules.CosineDecay(
        0.0, steps - steps // 10, warmup_target=peak, warmup_steps=steps // 10
    )
    long = keras.optimizers.schedules.InverseTimeDecay(1e-3, decay_steps=1, decay_rate=2e-3)
    rate, epsilon = settings.pick(quick=(short, 1e-12), class_=(short, 1e-12), full=(long, 1e-7))
    adam = keras.optimizers.Adam(rate, epsilon=epsilon)
    model.compile(adam, "mse", metrics=["mae"], jit_compile=False)  # XLA slows these convolutions
    # pt: o XLA atrasa estas convoluções
    kept = resume.backup(model, epochs, len(x))  # cut off? run the cell again: it goes on
    # pt: interrompido? rode de novo a célula: continua
    start = time.perf_counter()
    history = model.fit(
        data.batches(tf.constant(x), BATCH, seed=settings.seed()),
        validation_data=None if x_held_out is None else data.batches(x_held_out, BATCH),
        epochs=epochs,
        initial_epoch=kept.epoch,
        shuffle=False,
        verbose=0,
        callbacks=[TqdmCallback(epochs, verbose=0, tqdm_class=tqdm, file=sys.stdout), kept],
    )
    spent = time.perf_counter() - start
    model.compile("sgd", "mse")  # lets go of Adam's memory, twice the size of the weights
    # pt: solta a memória do Adam, o dobro do tamanho dos pesos
    return history, spent


# %%
if tf.config.list_physical_devices("GPU"):
    tf.config.experimental.enable_op_determinism()
steps = settings.pick(quick=24, class_=450, full=7500)
history, seconds_network = train(autoencoder, parts_train, parts_val, steps, peak=2e-3)
# %%
plot.history(
    {"network": history},  # pt: "rede"
    ylabel="mean squared error",
    alt="Training error falls from the power of the music almost to zero; validation error soon stops far above.",
    # pt: "O erro de treino cai da potência da música até quase zero; o de validação logo para, bem acima."
)
plot.history(
    {"network": history},  # pt: "rede"
    ylabel="mean absolute error",  # pt: "erro absoluto médio"
    alt="The same two curves for the mean absolute error: the gap between training and validation opens early.",
    # pt: "As mesmas duas curvas para o erro absoluto médio: a distância entre treino e validação se abre cedo."
    metric="mae",
)


# %%
def rebuild(model, x):
    """Tracks (n, length) cut, passed through `model` part by part, and joined again."""
    # pt: """Faixas (n, length) cortadas, passadas trecho a trecho por `model` e emendadas de novo."""
    parts = model.predict(audio.cut(x, PART), batch_size=BATCH, verbose=0)
    return audio.join(parts, x.shape[1])


x_hat_train = rebuild(autoencoder, x_train)
loss = float(np.mean((x_train - x_hat_train) ** 2))
claims.check(tracks.source, F9_loss=loss, F9_mae=mae(x_train, x_hat_train))
# %% [markdown] lang="en"
# On the training tracks the network reaches a loss of {{ F9_loss }} and an MAE of {{ F9_mae }}. The lecture had {{ F9_loss.source }} and {{ F9_mae.source }} after 20 epochs, and below 0.01 after 300.
#
# The plateau is gone: already the first epoch ends below it, or close to it. But look at the two lines, dashed for training, solid for validation, which is other tracks (louder ones, so the solid line starts higher).
#
# **Predict:** which of the two lines would a lecture have shown you?
#
# ## 5. Looking at it and listening to it
#
# Thirty milliseconds of eight tracks, original and reconstruction on top of each other. Above, four training tracks, as the lecture shows them; below, four test tracks.
# %% [markdown] lang="pt-BR"
# Nas faixas de treino, a rede chega a um custo de {{ F9_loss }} e a um MAE de {{ F9_mae }}. A aula de origem tinha {{ F9_loss.source }} e {{ F9_mae.source }} após 20 épocas, e menos de 0,01 após 300.
#
# O patamar sumiu: já a primeira época termina abaixo dele ou perto dele. Mas olhe as duas linhas, tracejada para o treino, cheia para a validação, que são outras faixas (mais fortes, por isso a linha cheia começa mais alto).
#
# **Arrisque:** qual das duas linhas uma aula teria mostrado a você?
#
# ## 5. Ver e ouvir
#
# Trinta milissegundos de oito faixas, original e reconstrução uma sobre a outra. Em cima, quatro faixas de treino, como a aula de origem mostra; embaixo, quatro de teste.
# %%
x_hat_test = rebuild(autoencoder, x_test)


def overlays(rows, alt, start=80_000, count=240):
    """`count` samples of some tracks: the original wide and pale, the reconstruction thin."""
    # pt: """`count` amostras de algumas faixas: o original largo e claro, a reconstrução fina."""
    fig, axes = plt.subplots(len(rows) // 2, 2, figsize=(12, 2.1 * len(rows) // 2), sharex=True)
    time_ms = 1000 * np.arange(count) / RATE
    for ax, (name, x, x_hat) in zip(axes.flat, rows):
        ax.plot(time_ms, x[start : start + count], color=plot.SKY, linewidth=4, label="original")
        ax.plot(time_ms, x_hat[start : start + count], color=plot.RED, linewidth=1.5, label="x_hat")
        ax.set_title(name, fontsize=14)
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False)
    fig.supylabel("amplitude")
    fig.supxlabel("time (ms)")  # pt: "tempo (ms)"
    plot.show(fig, alt)


known, unseen = (np.unique(np.linspace(0, len(x) - 1, 4).astype(int)) for x in (x_train, x_test))
overlays(
    [(tracks.names_train[i], x_train[i], x_hat_train[i]) for i in known]
    + [(tracks.names_test[i], x_test[i], x_hat_test[i]) for i in unseen],
    alt="Eight pairs of curves: on training tracks the reconstruction lies on the original, on test tracks it strays.",
    # pt: "Oito pares de curvas: nas faixas de treino a reconstrução segue o original, nas de teste ela se desvia."
)


# %% [markdown] lang="en"
# The ear hears frequencies, not waveforms. A **mel spectrogram** shows how strong each frequency is over time, on the mel scale, on which equal steps sound equally far apart: low notes get more room than high ones. Loudness is in decibels
# below the loudest moment of the original.
# %% [markdown] lang="pt-BR"
# O ouvido ouve frequências, não ondas. Um **espectrograma mel** mostra a força de cada frequência ao longo do tempo, na escala mel, em que passos iguais soam igualmente distantes: notas graves ganham mais espaço que agudas. A intensidade está em
# decibéis abaixo do momento mais forte do original.
# %%
def mel(x, loudest):
    """Mel spectrogram of a sound in dB below `loudest` (a power)."""
    # pt: """Espectrograma mel de um som, em dB abaixo de `loudest` (uma potência)."""
    power = librosa.feature.melspectrogram(y=x, sr=RATE, n_fft=1024, hop_length=256, n_mels=64)
    return librosa.power_to_db(power, ref=loudest, amin=1e-9, top_db=None), power.max()


def mel_rows(rows, alt):
    """Mel spectrograms of originals (left) and reconstructions (right), a track in each row."""
    # pt: """Espectrogramas mel de originais (esquerda) e reconstruções (direita), uma faixa por linha."""
    fig, axes = plt.subplots(len(rows), 2, figsize=(12, 3.3 * len(rows)), sharex=True, sharey=True)
    for line, (name, pair) in zip(axes, rows.items()):
        loudest = mel(pair[0], 1.0)[1]
        for ax, x, what in zip(line, pair, ("original", "x_hat")):
            seen = librosa.display.specshow(
                mel(x, loudest)[0], sr=RATE, hop_length=256, x_axis="time", y_axis="mel",
                ax=ax, cmap="cividis", vmin=-60, vmax=0,
            )  # fmt: skip
            ax.set(title=f"{name}: {what}", xlabel="", ylabel="Hz")
    fig.supxlabel("time (s)")
    fig.colorbar(seen, ax=axes, label="dB")
    plot.show(fig, alt)


# %%
new = pieces.x_test[:2]  # two of our pieces  # pt: duas das nossas peças
new_hat = rebuild(autoencoder, new)
HALF = LENGTH // 2
mel_rows(
    {
        tracks.names_train[0]: (x_train[0, :HALF], x_hat_train[0, :HALF]),
        tracks.names_test[0]: (x_test[0, :HALF], x_hat_test[0, :HALF]),
        pieces.names_test[0]: (new[0, :HALF], new_hat[0, :HALF]),
    },
    alt="Mel spectrograms: lines of notes at the left; at the right the strong ones remain, over a floor of noise.",
    # pt: "Espectrogramas mel: à esquerda, as linhas das notas; à direita restam as fortes, sobre um chão de ruído."
)


# %% [markdown] lang="en"
# On the training track the lines lie at the same heights. On the two strangers only the strongest notes are left, and everywhere between them, where the original is dark, the reconstruction has a **floor of noise**.
#
# Now the ears. Our minuet was never shown to the network; a test of generalisation that you can hear. Beside it, as a rival that learnt nothing: the same sound kept at a **quarter of its samples**, 1,024 for each part, as many numbers as the code has.
# %% [markdown] lang="pt-BR"
# Na faixa de treino, as linhas ficam nas mesmas alturas. Nas duas estranhas, só restam as notas mais fortes e, por toda parte entre elas, onde o original é escuro, a reconstrução tem um **chão de ruído**.
#
# Agora, os ouvidos. Nosso minueto nunca foi mostrado à rede: um teste de generalização que se pode ouvir. Ao lado, um rival que nada aprendeu: o mesmo som guardado com **um quarto das amostras**, 1.024 por trecho, tantos números quantos tem o código.
# %%
def quarter(x):
    """Tracks kept at a quarter of their samples, without what is too high for that, and back."""
    # pt: """Faixas guardadas com um quarto das amostras, sem o que é agudo demais para isso, e de volta."""
    return resample_poly(resample_poly(x, 1, 4, axis=1), 4, 1, axis=1)


audio.play(
    {
        f"{pieces.names_test[0]}: original": new[0, :CLIP],
        "rebuilt by the network": new_hat[0, :CLIP],  # pt: "refeito pela rede"
        "kept at a quarter of its samples": quarter(new[:1])[0, :CLIP],
        # pt: "guardado com um quarto das amostras"
    },
    pieces.source,
)
claims.check(
    tracks.source,
    new_snr=float(audio.snr(new, new_hat).mean()),
    new_quarter=float(audio.snr(new, quarter(new)).mean()),
)
# %% [markdown] lang="en"
# The melody can be followed, but it is buried in hiss: {{ new_snr }} dB on average over our two new pieces, against {{ new_quarter }} dB for the plain quarter. What is a dB here?
#
# ## 6. Signal-to-noise ratio, and tracks that were held out
#
# $$\mathrm{SNR} = 10 \log_{10} \frac{\sum_t x_t^2}{\sum_t (x_t - \hat x_t)^2}\ \text{dB}$$
#
# Zero: the error is as strong as the music (silence scores that). Ten: it has a tenth of the power; twenty, a hundredth. An old tape is around 50, a CD above 90. One bar for each track, training and test, sorted.
#
# **Predict:** how many dB lie between the training tracks and the tracks that the network never saw?
# %% [markdown] lang="pt-BR"
# Dá para seguir a melodia, mas ela está soterrada em chiado: {{ new_snr }} dB em média nas nossas duas peças novas, contra {{ new_quarter }} dB do simples quarto. O que é um dB aqui?
#
# ## 6. A relação sinal-ruído e as faixas reservadas
#
# $$\mathrm{SNR} = 10 \log_{10} \frac{\sum_t x_t^2}{\sum_t (x_t - \hat x_t)^2}\ \text{dB}$$
#
# Zero: o erro é tão forte quanto a música (é o que faz o silêncio). Dez: ele tem um décimo da potência; vinte, um centésimo. Uma fita antiga tem cerca de 50, um CD passa de 90. Uma barra por faixa, treino e teste, em ordem.
#
# **Arrisque:** quantos dB separam as faixas de treino daquelas que a rede nunca viu?
# %%
snr_train, snr_test = audio.snr(x_train, x_hat_train), audio.snr(x_test, x_hat_test)
fig, axes = plt.subplots(1, 2, figsize=(12, 4.4), sharey=True)
for ax, values, colour in zip(axes, (snr_train, snr_test), (plot.BLUE, plot.RED)):
    ax.bar(range(len(values)), np.sort(values)[::-1], color=colour)
    ax.axhline(np.median(values), color="0.2", linestyle=":")
axes[0].set(title="training tracks", xlabel="track, best first", ylabel="SNR (dB)")  # pt: "faixas de treino"
axes[1].set(title="test tracks, never seen", xlabel="track, best first")
# pt: "faixas de teste, nunca vistas"
plot.show(
    fig,
    alt="Bars of SNR in falling order: training tracks stand far higher than test tracks; dotted, the medians.",
    # pt: "Barras de SNR em ordem: as faixas de treino ficam bem acima das de teste; pontilhadas, as medianas."
)
claims.check(
    tracks.source,
    snr_train=float(np.median(snr_train)),
    snr_test=float(np.median(snr_test)),
    mae_test=mae(x_test, x_hat_test),
)


# %% [markdown] lang="en"
# **The trap.** The lecture plays and plots training tracks only: {{ snr_train }} dB in the median. On tracks that the network never saw, the same network has {{ snr_test }} dB, and its MAE is {{ mae_test }} instead of
# {{ F9_mae }}. A figure from training tracks shows how well the network *remembers*; only held-out tracks show what it has *understood* of music. "MAE below 0.01 at the end" is true, and says nothing about the next track.
#
# Are the test tracks really new? GTZAN is known for excerpts that occur twice. A copy would betray itself in the **cross-correlation**, the similarity of two tracks at every possible delay, which the Fourier transform gives at once.
# %% [markdown] lang="pt-BR"
# **A armadilha.** A aula de origem só toca e mostra faixas de treino: {{ snr_train }} dB de mediana. Em faixas que nunca viu, a mesma rede faz {{ snr_test }} dB, e seu MAE é {{ mae_test }} em vez de
# {{ F9_mae }}. Um valor em faixas de treino mostra quão bem a rede *lembra*; só faixas reservadas mostram o que ela *entendeu* de música. "MAE abaixo de 0,01 no final" é verdade, e nada diz sobre a próxima faixa.
#
# As faixas de teste são mesmo novas? O GTZAN é conhecido por trechos que aparecem duas vezes. Uma cópia se trairia na **correlação cruzada**, a semelhança de duas faixas em cada atraso possível, que a transformada de Fourier dá de uma vez.
# %%
def closest(x, others):
    """Largest |correlation| of the tracks `x` with any of `others`, over all delays."""
    # pt: """Maior |correlação| das faixas `x` com alguma de `others`, em todos os atrasos."""
    slow = [resample_poly(a, 1, 4, axis=1) for a in (x, others)]
    size = 2 * slow[0].shape[1]
    waves = [np.fft.rfft(a / np.linalg.norm(a, axis=1, keepdims=True), size) for a in slow]
    return max(float(np.abs(np.fft.irfft(a * waves[1].conj())).max()) for a in waves[0])


held_out = np.concatenate([x_val, x_test])
claims.check(tracks.source, twin=closest(held_out, x_train), itself=closest(x_train[:1], x_train))


# %% [markdown] lang="en"
# A copy would give 1, as a track with itself ({{ itself }}); the most similar pair of a held-out and a training track reaches {{ twin }}. No excerpt stands on both sides.
#
# ## 7. The rivals
#
# A code of 1,024 numbers for 4,096 samples: who else can do that? *Silence* needs none. *A mean of four* neighbours and the *quarter* of section 5 learn nothing and have no parameters. **PCA** with as many components
# learns the best linear code of the training parts. All of them on the same tracks:
# %% [markdown] lang="pt-BR"
# Uma cópia daria 1, como uma faixa consigo mesma ({{ itself }}); o par mais parecido de uma faixa reservada e uma de treino chega a {{ twin }}. Nenhum trecho está dos dois lados.
#
# ## 7. Os rivais
#
# Um código de 1.024 números para 4.096 amostras: quem mais sabe fazer isso? O *silêncio* não precisa de nenhum. *A média de quatro* vizinhas e *o quarto* da seção 5 não aprendem nada e não têm parâmetros. A **PCA** com tantos
# componentes aprende o melhor código linear dos trechos de treino. Todos nas mesmas faixas:
# %%
def mean_of_four(x):
    """Each sample replaced by the mean of its group of four."""
    # pt: """Cada amostra trocada pela média do seu grupo de quatro."""
    return x.reshape(-1, 4).mean(axis=1).repeat(4).reshape(x.shape)


def pca_rebuild(pca, x):
    """Tracks rebuilt part by part from their principal components."""
    # pt: """Faixas refeitas trecho a trecho a partir de seus componentes principais."""
    parts = audio.cut(x, PART)[:, :, 0]
    return audio.join(pca.inverse_transform(pca.transform(parts)), x.shape[1])


start = time.perf_counter()
components = min(CODE, len(parts_train) - 1)
pca = PCA(components, svd_solver="full").fit(parts_train[:, :, 0])
seconds_pca = time.perf_counter() - start
both, size = (x_train, x_test), autoencoder.count_params()
rivals = {
    "silence": ([0 * x for x in both], 0, 0, 0),
    "mean of four": ([mean_of_four(x) for x in both], 0, 0, 2 * PART // 4),  # pt: "média de quatro"
    "a quarter of the samples": ([quarter(x) for x in both], 0, 0, 2 * PART // 4),
    # pt: "um quarto das amostras"
    "PCA": ([pca_rebuild(pca, x) for x in both], PART * (components + 1), seconds_pca, 4 * components),
    "autoencoder": ([x_hat_train, x_hat_test], size, seconds_network, 4 * CODE),
}
# %%
tested, rows = {}, []
for name, (rebuilt, parameters, spent, code_bytes) in rivals.items():
    errors = [mae(x, x_hat) for x, x_hat in zip(both, rebuilt)]
    ratios = [float(np.median(audio.snr(x, x_hat))) for x, x_hat in zip(both, rebuilt)]
    tested[name] = (*errors, *ratios)
    texts = [text.number(e, ".4f") for e in errors] + [text.number(r, ".1f") for r in ratios]
    costs = (parameters, spent, code_bytes)
    rows.append((name, *texts, *(text.number(cost, ",d") for cost in costs)))
header = (
    "method",  # pt: "método"
    "MAE, training",  # pt: "MAE, treino"
    "MAE, test",  # pt: "MAE, teste"
    "SNR, training",  # pt: "SNR, treino"
    "SNR, test",  # pt: "SNR, teste"
    "parameters",
    "seconds",
    "bytes per code",
)
text.table(header, rows, "4,096 samples of 16 bits are 8,192 bytes; SNR: median of the tracks, in dB")
# pt: "4.096 amostras de 16 bits são 8.192 bytes; SNR: mediana das faixas, em dB"
# %%
_, _, quarters, linear, network = tested.values()
del rivals, rebuilt  # a quarter of a gigabyte of rebuilt tracks
# pt: um quarto de gigabyte de faixas refeitas
claims.check(
    tracks.source,
    quarter_mae_test=quarters[1],
    quarter_snr_test=quarters[3],
    pca_mae_train=linear[0],
    pca_mae_test=linear[1],
    pca_snr_train=linear[2],
    pca_snr_test=linear[3],
)


# %% [markdown] lang="en"
# The honest verdict:
#
# - **On training tracks PCA wins**, and by far: an MAE of {{ pca_mae_train }} ({{ pca_snr_train }} dB), better than the lecture's network after 300 epochs, with an eighth of the parameters and in seconds. With 1,024 directions for
#   {{ parts }} examples it repeats nearly everything, and that is all the triumph there is to it.
# - **On test tracks the plain quarter wins**: {{ quarter_snr_test }} dB, against {{ pca_snr_test }} for PCA and {{ snr_test }} for the network. It has learnt nothing, so it has nothing to unlearn: it keeps what lies below 1 kHz, where most of the power of this music is.
# - The network has 33 million parameters and saw 14 minutes of music. To *know* music it would need hours of it, and an architecture that does not have to learn every delay anew: its dense layers treat
#   a note that starts a millisecond later as something entirely different.
#
# That is no argument against autoencoders, but against judging them on training data. Today's neural codecs are autoencoders too: convolutional throughout, trained on thousands of hours.
#
# ## 8. Compression, in bytes
#
# "1,024 numbers for 4,096 samples" sounds like 4 : 1. In bytes it is less: a code of 32-bit floats takes 4,096 bytes, 4,096 samples of 16 bits take 8,192. So **{{ code_ratio }} : 1**, with an audible loss. What do the formats do that everybody has?
# FLAC is lossless; OGG Vorbis leaves out what the ear will not miss.
# %% [markdown] lang="pt-BR"
# O veredito honesto:
#
# - **Nas faixas de treino vence a PCA**, e por muito: MAE de {{ pca_mae_train }} ({{ pca_snr_train }} dB), melhor que a rede da aula de origem após 300 épocas, com um oitavo dos parâmetros e em segundos. Com 1.024 direções para
#   {{ parts }} exemplos, ela repete quase tudo, e seu triunfo se resume a isso.
# - **Nas faixas de teste vence o simples quarto**: {{ quarter_snr_test }} dB, contra {{ pca_snr_test }} da PCA e {{ snr_test }} da rede. Ele não aprendeu nada, logo nada tem a desaprender: guarda o que está abaixo de 1 kHz, onde fica a maior parte da potência desta música.
# - A rede tem 33 milhões de parâmetros e ouviu 14 minutos de música. Para *saber* música precisaria de horas, e de uma arquitetura que não tenha de aprender cada atraso de novo: para suas camadas densas,
#   uma nota que começa um milissegundo depois é algo inteiramente diferente.
#
# Isso não é argumento contra autoencoders, e sim contra julgá-los nos dados de treino. Os codecs neurais de hoje também são autoencoders: convolucionais do começo ao fim e treinados com milhares de horas.
#
# ## 8. Compressão, em bytes
#
# "1.024 números para 4.096 amostras" soa como 4 : 1. Em bytes é menos: um código de números de 32 bits ocupa 4.096 bytes; 4.096 amostras de 16 bits, 8.192. Portanto, **{{ code_ratio }} : 1**, com perda audível. O que fazem os formatos que todos têm?
# O FLAC não perde nada; o OGG Vorbis deixa de fora o que o ouvido não nota.
# %%
def through(x, kind):
    """A sound written as FLAC or OGG in memory and read again, and the bytes it took."""
    # pt: """Um som escrito em memória como FLAC ou OGG e lido de volta, e quantos bytes ocupou."""
    written = audio.encode(x, kind, RATE)
    return audio.load(io.BytesIO(written)), len(written)


raw = 2 * x_test.size
sizes = {"autoencoder": (raw / (x_test.size // PART * 4 * CODE), network[3])}
for kind in ("FLAC", "OGG"):
    read, written = zip(*(through(x, kind) for x in x_test))
    sizes[kind] = (raw / sum(written), float(np.median(audio.snr(x_test, np.stack(read)))))
rows = [(k, text.number(ratio, ".1f") + " : 1", text.number(db, ".1f")) for k, (ratio, db) in sizes.items()]
text.table(("format", "compression", "SNR (dB)"), rows, "Test tracks against 16-bit samples")
# pt: "formato", "compressão", "Faixas de teste, em relação a amostras de 16 bits"
claims.check(
    tracks.source,
    code_ratio=sizes["autoencoder"][0],
    flac_ratio=sizes["FLAC"][0],
    ogg_ratio=sizes["OGG"][0],
    ogg_snr=sizes["OGG"][1],
    decoder_mb=4 * decoder.count_params() / 1e6,
    music_mb=2 * x_train.size / 1e6,
)
# %% [markdown] lang="en"
# FLAC gives {{ flac_ratio }} : 1 and returns every bit (its dB are those of rounding to 16 bits); OGG gives {{ ogg_ratio }} : 1 at {{ ogg_snr }} dB, on music it has never seen, and runs on every phone. Our network is beaten on every count, and whoever receives its codes
# also needs the decoder: {{ decoder_mb }} MB, while all fifty training tracks together, uncompressed, have {{ music_mb }} MB. As a *codec* it is useless. We go on with it because a code can do what a file cannot: be calculated with.
#
# ## 9. By heart, and heard
#
# First let us hear what a memorised piece sounds like, since that is what you would have been shown. A copy of the network goes on training for a few seconds on our two new pieces, and on nothing else.
# %% [markdown] lang="pt-BR"
# O FLAC dá {{ flac_ratio }} : 1 e devolve cada bit (seus dB são os do arredondamento a 16 bits); o OGG dá {{ ogg_ratio }} : 1 com {{ ogg_snr }} dB, em música que nunca viu, e roda em qualquer celular. Nossa rede perde em tudo, e quem recebe os códigos dela
# precisa também do decodificador: {{ decoder_mb }} MB, enquanto as cinquenta faixas de treino juntas, sem compressão, têm {{ music_mb }} MB. Como *codec* ela não serve. Seguimos com ela porque um código faz o que um arquivo não faz: dá para fazer contas com ele.
#
# ## 9. De cor, e de ouvido
#
# Primeiro, ouçamos como soa uma peça decorada, pois é isso que teriam mostrado a você. Uma cópia da rede segue treinando por alguns segundos com as nossas duas peças novas, e nada mais.
# %%
heart_encoder, heart_decoder = build_encoder(PART, CODE), build_decoder(PART, CODE)
by_heart = keras.Sequential([heart_encoder, heart_decoder], name="by_heart")
by_heart.set_weights(autoencoder.get_weights())
few = settings.pick(quick=16, class_=40, full=200)
_, seconds_heart = train(by_heart, audio.cut(new, PART), None, few, peak=1e-3)
learnt = rebuild(by_heart, new)
audio.play(
    {
        f"{pieces.names_test[0]}: original": new[0, :CLIP],
        "learnt by heart": learnt[0, :CLIP],  # pt: "decorada"
    },
    pieces.source,
)
forgotten = rebuild(by_heart, x_train)
claims.check(
    tracks.source,
    heart_snr=float(audio.snr(new, learnt).mean()),
    forgotten_snr=float(np.median(audio.snr(x_train, forgotten))),
)


# %% [markdown] lang="en"
# A few dozen steps on two pieces, and their {{ new_snr }} dB became {{ heart_snr }}. The network did not get a better ear: it learnt these 64 parts, and the price is paid elsewhere. On the tracks it had been trained on
# before, the median fell from {{ snr_train }} to {{ forgotten_snr }} dB: what is not rehearsed is **forgotten**.
#
# ## 10. Mixing in latent space
#
# A code is a vector, and vectors can be averaged. Take the codes $z_a$ and $z_b$ of two pieces, part by part, and decode $0.75\, z_a + 0.25\, z_b$. Is the result a third piece, somewhere between the two? Or simply what a mixing desk
# gives, $0.75\, x_a + 0.25\, x_b$, the two pieces sounding at once?
#
# **Predict**, then listen to both.
# %% [markdown] lang="pt-BR"
# Algumas dezenas de passos em duas peças, e seus {{ new_snr }} dB viraram {{ heart_snr }}. A rede não ganhou ouvido melhor: decorou estes 64 trechos, e o preço se paga em outro lugar. Nas faixas em que fora treinada
# antes, a mediana caiu de {{ snr_train }} para {{ forgotten_snr }} dB: o que não se ensaia se **esquece**.
#
# ## 10. Misturar no espaço latente
#
# Um código é um vetor, e vetores têm média. Tome os códigos $z_a$ e $z_b$ de duas peças, trecho a trecho, e decodifique $0{,}75\, z_a + 0{,}25\, z_b$. O resultado é uma terceira peça, a meio caminho entre as duas? Ou apenas o que dá uma
# mesa de som, $0{,}75\, x_a + 0{,}25\, x_b$, as duas peças soando juntas?
#
# **Arrisque** e depois ouça as duas.
# %%
def latent_mix(encoder, decoder, a, b, weight):
    """Tracks decoded from `weight` times the codes of `a` plus the rest of the codes of `b`."""
    # pt: """Faixas decodificadas de `weight` vezes os códigos de `a` mais o resto dos códigos de `b`."""
    z_a = encoder.predict(audio.cut(a, PART), verbose=0)
    z_b = encoder.predict(audio.cut(b, PART), verbose=0)
    z = weight * z_a + (1 - weight) * z_b
    return audio.join(decoder.predict(z, verbose=0), a.shape[1])


weight = 0.75
a, b = new[:1], new[1:]
mixed = latent_mix(heart_encoder, heart_decoder, a, b, weight)
desk = weight * a + (1 - weight) * b
audio.play(
    {
        "mixed codes, 0.75 / 0.25": mixed[0, :CLIP],  # pt: "códigos misturados, 0,75 / 0,25"
        "mixed waveforms, 0.75 / 0.25": desk[0, :CLIP],  # pt: "ondas misturadas, 0,75 / 0,25"
    },
    pieces.source,
)
# %% [markdown] lang="en"
# Both players give the same impression: one piece in front, the other one softly behind it, and the left one noisier. In numbers, with the network of GTZAN and two of its training tracks: how far is the *latent* mixture from the mixture
# of the two *reconstructions*? If encoder and decoder were linear, the difference would be zero.
# %% [markdown] lang="pt-BR"
# Os dois reprodutores dão a mesma impressão: uma peça na frente, a outra suave atrás, e o da esquerda com mais ruído. Em números, com a rede do GTZAN e duas de suas faixas de treino: quanto a mistura *latente* se afasta da mistura das duas
# *reconstruções*? Se codificador e decodificador fossem lineares, a diferença seria zero.
# %%
a, b = x_train[:1], x_train[-1:]
mixed = latent_mix(encoder, decoder, a, b, weight)
desk = weight * a + (1 - weight) * b
rebuilt_desk = weight * x_hat_train[:1] + (1 - weight) * x_hat_train[-1:]
claims.check(
    tracks.source,
    mix_linear=float(audio.snr(rebuilt_desk, mixed)[0]),
    mix_latent=float(audio.snr(desk, mixed)[0]),
    mix_rebuilt=float(audio.snr(desk, rebuilt_desk)[0]),
)
# %% [markdown] lang="en"
# Taking the mixture of the reconstructions as the signal, the latent mixture has {{ mix_linear }} dB: about nine tenths of its power *are* that mixture. Measured against the mixture of the originals, mixing codes gives {{ mix_latent }} dB, mixing the reconstructions {{ mix_rebuilt }}.
# So this latent space, for all its 33 million weights, behaves much like the waveform itself: **a weighted mean of codes is a mixing desk with losses**, not a new melody. A space in which the way between two pieces
# leads through music has to be built on purpose: that is lesson 08.
#
# ### Explore
#
# Move the weight. Left the spectrogram of the mixed codes, right that of the mixed sounds; each has its player. Is there a weight at which one contains a line that the other does not have?
# %% [markdown] lang="pt-BR"
# Tomando como sinal a mistura das reconstruções, a mistura latente tem {{ mix_linear }} dB: cerca de nove décimos da sua potência *são* aquela mistura. Medidas contra a mistura dos originais, misturar códigos dá {{ mix_latent }} dB, e misturar as reconstruções, {{ mix_rebuilt }}.
# Ou seja, este espaço latente, com todos os seus 33 milhões de pesos, comporta-se em boa parte como a própria onda: **a média ponderada de códigos é uma mesa de som com perdas**, não uma melodia nova. Um espaço em que o caminho entre duas peças
# passe por música tem de ser construído de propósito: é a aula 08.
#
# ### Explore
#
# Mova o peso. À esquerda, o espectrograma dos códigos misturados; à direita, o dos sons misturados; cada um tem seu reprodutor. Há algum peso em que um contenha uma linha que o outro não tem?
# %%
two = pieces.names_test[0], pieces.names_test[1]
explore.music.mix(heart_encoder, heart_decoder, new[0, :CLIP], new[1, :CLIP], two)
# %% [markdown] lang="en"
# ## 11. Saving the halves
#
# Sender and receiver need one half each, so encoder and decoder go into files of their own; `safe_mode=True` refuses files that would run code. Loaded again they must give the same sound, to the last bit.
# %% [markdown] lang="pt-BR"
# ## 11. Salvar as metades
#
# Quem envia e quem recebe precisam de uma metade cada um; por isso codificador e decodificador vão para arquivos próprios; `safe_mode=True` recusa arquivos que executariam código. Carregados de novo, têm de dar o mesmo som, até o último bit.
# %%
work = settings.run_folder()
print(settings.relative(work))
encoder.save(work / "encoder.keras")
decoder.save(work / "decoder.keras")
# %% tags=["nbval-check-output"]
sender = keras.models.load_model(work / "encoder.keras", safe_mode=True)
receiver = keras.models.load_model(work / "decoder.keras", safe_mode=True)
some = parts_val[:32]
sent = sender.predict_on_batch(some)
print(
    np.array_equal(receiver.predict_on_batch(sent), decoder.predict_on_batch(encoder.predict_on_batch(some)))
)
# %% [markdown] lang="en"
# ## Check yourself
#
# Answer first, then open.
#
# **1.** Training starts and the loss stays at the power of the signal. What does the network put out?
#
# <details><summary>Answer</summary>Something close to silence, the mean of all parts. Its squared error is the mean of the squared samples, which is the power. Nothing has been learnt yet; here because the gradients of the large dense layers are smaller than Adam's epsilon.</details>
#
# **2.** A colleague reports "MAE 0.01, you hear no difference" for a music autoencoder. What do you ask?
#
# <details><summary>Answer</summary>On which tracks. If they were training tracks, the figure measures memory. Then: what do PCA, resampling and OGG reach on the same held-out tracks with as many bytes?</details>
#
# **3.** The code has a quarter as many numbers as the part. Why is the compression not 4 : 1?
#
# <details><summary>Answer</summary>The samples have 16 bits, the numbers of the code 32: it is 2 : 1. And the receiver needs the decoder, which is larger than all the training music.</details>
#
# **4.** What makes a variational autoencoder, and does this model have it?
#
# <details><summary>Answer</summary>An encoder that gives a distribution (mean and variance), a sampled code, and a divergence term in the loss that keeps the codes near a known distribution. This model has none of the three.</details>
#
# **5.** Why does a mean of two codes sound like two pieces at once?
#
# <details><summary>Answer</summary>The network is nearly linear where it works: a code of a sum is nearly the sum of the codes. Nothing in the training asked that points between two codes be music of their own.</details>
# %% [markdown] lang="pt-BR"
# ## Teste-se
#
# Responda primeiro, abra depois.
#
# **1.** O treino começa e o custo fica na potência do sinal. O que a rede põe na saída?
#
# <details><summary>Resposta</summary>Algo próximo do silêncio, a média de todos os trechos. Seu erro quadrático é a média dos quadrados das amostras, ou seja, a potência. Nada foi aprendido ainda; aqui, porque os gradientes das grandes camadas densas são menores que o epsilon do Adam.</details>
#
# **2.** Um colega informa "MAE de 0,01, não se ouve diferença" para um autoencoder de música. O que você pergunta?
#
# <details><summary>Resposta</summary>Em que faixas. Se eram de treino, o valor mede memória. Depois: o que fazem a PCA, a reamostragem e o OGG nas mesmas faixas reservadas, com os mesmos bytes?</details>
#
# **3.** O código tem um quarto dos números do trecho. Por que a compressão não é 4 : 1?
#
# <details><summary>Resposta</summary>As amostras têm 16 bits e os números do código, 32: é 2 : 1. E quem recebe precisa do decodificador, que é maior que toda a música de treino.</details>
#
# **4.** O que faz um autoencoder ser variacional, e este modelo tem isso?
#
# <details><summary>Resposta</summary>Um codificador que dá uma distribuição (média e variância), um código sorteado e um termo de divergência no custo, que mantém os códigos perto de uma distribuição conhecida. Este modelo não tem nenhum dos três.</details>
#
# **5.** Por que a média de dois códigos soa como duas peças ao mesmo tempo?
#
# <details><summary>Resposta</summary>Porque a rede é quase linear onde funciona: o código de uma soma é quase a soma dos códigos. Nada no treino pediu que os pontos entre dois códigos fossem música por si.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# The cell below each exercise checks your answer at once; `check.shifted.hint()` (with the name of the check) gives a hint, and a plainer one the next time.
#
# ### Exercise 1: a code of bytes
#
# Nobody says that a code must have 32 bits a number. Store each number of the test tracks' codes in **8 bits**: divide by the largest absolute value of the *training* codes, `largest`, multiply by 127, round, clip to ±127; undo it, decode, and put the
# rebuilt test tracks into `x_8bit`. What is the compression now, and how many dB did it cost?
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# A célula abaixo de cada exercício verifica a resposta na hora; `check.shifted.hint()` (com o nome da verificação) dá uma dica, e uma mais clara na vez seguinte.
#
# ### Exercício 1: um código de bytes
#
# Ninguém diz que um código precisa de 32 bits por número. Guarde cada número dos códigos das faixas de teste em **8 bits**: divida pelo maior valor absoluto dos códigos de *treino*, `largest`, multiplique por 127, arredonde, limite a ±127; desfaça, decodifique e ponha
# as faixas de teste refeitas em `x_8bit`. Qual é a compressão agora, e quantos dB ela custou?
# %% exercise="1" role="answer"
x_8bit = None
### BEGIN SOLUTION
largest = np.abs(encoder.predict(parts_train, batch_size=BATCH, verbose=0)).max()
z = encoder.predict(audio.cut(x_test, PART), batch_size=BATCH, verbose=0)
stored = np.clip(np.round(127 * z / largest), -127, 127).astype("int8")
x_8bit = audio.join(decoder.predict(stored * largest / 127, batch_size=BATCH, verbose=0), LENGTH)
### END SOLUTION
# %% exercise="1" role="check"
from exercises import music as check

check.eight_bits(x_8bit, encoder, decoder, parts_train, x_test)
# check.eight_bits.hint()
if check.eight_bits.done:
    now = float(np.median(audio.snr(x_test, x_8bit)))
    print(f"{2 * PART / CODE:.0f} : 1, {network[3]:.2f} dB -> {now:.2f} dB")
# %% [markdown] lang="en"
# ### Exercise 2: the same tracks, cut elsewhere
#
# The training tracks again, but the first cut half a part later: leave out the first and the last 2,048 samples of each track (31 parts remain) and put into `snr_shifted` the SNR of each track. The music is the same, only the scissors moved. Does the network know these
# *tracks*, or these *parts*?
# %% [markdown] lang="pt-BR"
# ### Exercício 2: as mesmas faixas, cortadas em outro lugar
#
# As faixas de treino outra vez, mas com o primeiro corte meio trecho adiante: deixe de fora as primeiras e as últimas 2.048 amostras de cada faixa (sobram 31 trechos) e ponha em `snr_shifted` a SNR de cada faixa. A música é a mesma, só a tesoura andou. A rede conhece estas
# *faixas* ou estes *trechos*?
# %% exercise="2" role="answer"
snr_shifted = None
### BEGIN SOLUTION
shifted = x_train[:, PART // 2 : -PART // 2]
snr_shifted = audio.snr(shifted, rebuild(autoencoder, shifted))
# Close to the tracks it never saw: it remembers parts, with their cuts, not music.
# pt: Perto das faixas que nunca viu: ela lembra trechos, com seus cortes, não música.
### END SOLUTION
# %% exercise="2" role="check"
check.shifted(snr_shifted, autoencoder, x_train, PART)
# check.shifted.hint()
if check.shifted.done:
    medians = [float(np.median(s)) for s in (snr_train, snr_shifted, snr_test)]
    print("training, shifted, test (dB):", " ".join(f"{m:.1f}" for m in medians))
    # pt: "treino, deslocado, teste (dB):"
# %% [markdown] lang="en"
# ### Exercise 3: without seams
#
# The parts do not know each other, so the sound jumps where they meet: a faint rattle, twice a second. Rebuild the test tracks twice, once as usual and once shifted by half a part, and cross-fade: where one version has a seam, only the other counts. The weight of the usual
# version is a triangle over each part, 0 at its ends and 1 in its middle. Put the result into `x_smooth`; the first and last half part stay as they are.
# %% [markdown] lang="pt-BR"
# ### Exercício 3: sem emendas
#
# Os trechos não se conhecem, e por isso o som salta onde se encontram: um leve matraquear, duas vezes por segundo. Refaça as faixas de teste duas vezes, uma como sempre e outra deslocada de meio trecho, e funda as duas: onde uma versão tem emenda, só a outra conta. O peso da versão
# de sempre é um triângulo em cada trecho, 0 nas pontas e 1 no meio. Ponha o resultado em `x_smooth`; o primeiro e o último meio trecho ficam como estão.
# %% exercise="3" role="answer"
x_smooth = None
### BEGIN SOLUTION
inner = slice(PART // 2, -PART // 2)
triangle = np.tile(np.bartlett(PART), LENGTH // PART)[inner]
x_smooth = x_hat_test.copy()
x_smooth[:, inner] *= triangle
x_smooth[:, inner] += (1 - triangle) * rebuild(autoencoder, x_test[:, inner])
### END SOLUTION
# %% exercise="3" role="check"
check.smooth(x_smooth, autoencoder, x_test, PART)
# check.smooth.hint()
if check.smooth.done:
    medians = [float(np.median(audio.snr(x_test, sound))) for sound in (x_hat_test, x_smooth)]
    print(f"{medians[0]:.2f} dB -> {medians[1]:.2f} dB")
# %% [markdown] lang="en"
# ## Summary
#
# - Sound is an array; cut into parts and joined again it is the same array, exactly.
# - A loss that rests at the power of the signal means "silence". With 33 million tiny gradients, look at Adam's `epsilon`.
# - The network repeats its training tracks well and new tracks badly. Figures from training tracks measure memory.
# - PCA remembers better, resampling generalises better, OGG compresses better. A baseline costs a minute and saves a wrong conclusion.
# - A code of a quarter of the numbers is 2 : 1 in bytes, and the decoder weighs more than the music.
# - Mixing codes of a plain autoencoder is nearly mixing sounds.
#
# ## References
#
# - G. Tzanetakis, P. Cook, *Musical genre classification of audio signals*, IEEE Transactions on Speech and Audio Processing 10(5), 2002.
# - B. L. Sturm, *The GTZAN dataset: its contents, its faults, their effects on evaluation, and its future use*, arXiv:1306.1461, 2013.
# - D. P. Kingma, J. Ba, *Adam: a method for stochastic optimization*, arXiv:1412.6980, 2014.
# - N. Zeghidour et al., *SoundStream: an end-to-end neural audio codec*, arXiv:2107.03312, 2021.
# - B. McFee et al., *librosa: audio and music signal analysis in Python*, 14th Python in Science Conference, 2015.
#
# Next: lesson 07, sequences. Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - O som é um vetor; cortado em trechos e emendado de novo, é o mesmo vetor, exatamente.
# - Um custo parado na potência do sinal quer dizer "silêncio". Com 33 milhões de gradientes minúsculos, olhe o `epsilon` do Adam.
# - A rede repete bem as faixas de treino e mal as novas. Valores em faixas de treino medem memória.
# - A PCA lembra melhor, a reamostragem generaliza melhor, o OGG comprime melhor. Uma linha de base custa um minuto e evita uma conclusão errada.
# - Um código com um quarto dos números é 2 : 1 em bytes, e o decodificador pesa mais que a música.
# - Misturar códigos de um autoencoder comum é quase misturar sons.
#
# ## Referências
#
# - G. Tzanetakis, P. Cook, *Musical genre classification of audio signals*, IEEE Transactions on Speech and Audio Processing 10(5), 2002.
# - B. L. Sturm, *The GTZAN dataset: its contents, its faults, their effects on evaluation, and its future use*, arXiv:1306.1461, 2013.
# - D. P. Kingma, J. Ba, *Adam: a method for stochastic optimization*, arXiv:1412.6980, 2014.
# - N. Zeghidour et al., *SoundStream: an end-to-end neural audio codec*, arXiv:2107.03312, 2021.
# - B. McFee et al., *librosa: audio and music signal analysis in Python*, 14th Python in Science Conference, 2015.
#
# A seguir: a aula 07, sequências. Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
