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
# %%
# SETUP
# %% [markdown] lang="en"
# If every line of the table says *ok*, go on. Otherwise its last column tells what to type. Then the imports. The first switch must come before
# TensorFlow wakes up: its oneDNN kernels, off by default on many processors, make our convolutions about twice as fast.
# %% [markdown] lang="pt-BR"
# Se todas as linhas da tabela dizem *ok*, siga em frente. Se não, a última coluna mostra o que digitar. Depois, as importações. A primeira chave tem
# de vir antes de o TensorFlow acordar: os núcleos do oneDNN, desligados de fábrica em muitos processadores, deixam as nossas convoluções cerca de duas vezes mais rápidas.
# %%
import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

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
from tqdm import tqdm
from tqdm.keras import TqdmCallback

from utils import audio, claims, data, explore_audio, gtzan, plot

tf.get_logger().setLevel("ERROR")  # no advice about retracing: we use several models  #@en
tf.get_logger().setLevel("ERROR")  # sem avisos de "retracing": usamos vários modelos  #@pt-BR
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
tracks = gtzan.tracks("classical")
pieces = gtzan.pieces()
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
    ax.set_xlabel("time (s)")  #@en
    ax.set_xlabel("tempo (s)")  #@pt-BR
fig.supylabel("amplitude (peak 1)")  #@en
plot.show(fig, alt="Waveforms of eight training tracks: some swell and fade, some are even; each touches 1 or -1 once.")  #@en
fig.supylabel("amplitude (pico 1)")  #@pt-BR
plot.show(fig, alt="Ondas de oito faixas de treino: umas crescem e somem, outras são constantes; cada uma toca 1 ou -1.")  #@pt-BR
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
CLIP = 6 * PART  # what a player plays: 3 seconds keep the notebook small  #@en
CLIP = 6 * PART  # o que um reprodutor toca: 3 segundos mantêm o notebook pequeno  #@pt-BR
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
    ax.text((i + 0.5) * PART / RATE, 1.05, f"part {i}", ha="center")  #@en
    ax.text((i + 0.5) * PART / RATE, 1.05, f"trecho {i}", ha="center")  #@pt-BR
ax.set(xlabel="time (s)", ylabel="amplitude", ylim=(-1, 1.3), xlim=(0, seconds[-1]))  #@en
plot.show(fig, alt="The first three parts of a track in three colours; the cuts fall wherever they fall, amid the music.")  #@en
ax.set(xlabel="tempo (s)", ylabel="amplitude", ylim=(-1, 1.3), xlim=(0, seconds[-1]))  #@pt-BR
plot.show(fig, alt="Os três primeiros trechos de uma faixa em três cores; os cortes caem onde caem, no meio da música.")  #@pt-BR
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
    """From parts (n, part, 1) to codes (n, code_size)."""  #@en
    """De trechos (n, part, 1) a códigos (n, code_size)."""  #@pt-BR
    encoder = keras.Sequential([keras.Input((part, 1))], name="encoder")
    for channels in (32, 32, 64, 64):
        encoder.add(layers.Conv1D(channels, 3, strides=2, padding="same", activation="leaky_relu"))
    encoder.add(layers.Flatten())
    encoder.add(layers.Dense(code_size, name="code"))
    return encoder


def build_decoder(part, code_size):
    """From codes (n, code_size) to parts (n, part, 1)."""  #@en
    """De códigos (n, code_size) a trechos (n, part, 1)."""  #@pt-BR
    decoder = keras.Sequential([keras.Input((code_size,))], name="decoder")
    decoder.add(layers.Dense(part // 16 * 64))
    decoder.add(layers.Reshape((part // 16, 64)))
    for channels in (64, 64, 32, 32):
        layer = layers.Conv1DTranspose(channels, 3, strides=2, padding="same", activation="leaky_relu")
        decoder.add(layer)
    decoder.add(layers.Conv1D(1, 1, activation="tanh", name="x_hat"))
    return decoder
# %%
CODE = lesson.pick(quick=128, class_=1024, full=1024)
keras.utils.set_random_seed(lesson.seed())
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
# **Uma armadilha no nome.** A aula chama este modelo de autoencoder *variacional*. Ele não é: seu codificador dá um código, não uma média e uma variância; nada é sorteado; o custo não tem termo de divergência. É um
# autoencoder comum, e códigos tirados ao acaso não virariam música. A aula 08 monta o verdadeiro.
#
# ## 4. O treino, e um custo que não se mexe
#
# O custo é o erro quadrático médio; acompanhamos também o erro absoluto médio (MAE), cuja unidade é a da amplitude. Antes de treinar, duas réguas: quanto faria o *silêncio*? Seu erro quadrático é a
# própria potência da música. E de que tamanho são os primeiros gradientes?
# %%
def mae(x, x_hat):
    """Mean absolute error over samples and tracks."""  #@en
    """Erro absoluto médio sobre amostras e faixas."""  #@pt-BR
    return float(np.mean(np.abs(x - x_hat)))


def gradient_sizes(model, x):
    """Median absolute gradient of the squared error in each kernel of `model`, on one batch."""  #@en
    """Mediana do gradiente absoluto do erro quadrático em cada núcleo de `model`, num lote."""  #@pt-BR
    kernels = [w.value for w in model.trainable_weights if len(w.shape) > 1]
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(x - model(x, training=True)))
    return [float(np.median(np.abs(g))) for g in tape.gradient(loss, kernels)]


sizes = gradient_sizes(autoencoder, parts_train[::100])
print("median |gradient| of each kernel:", " ".join(f"{size:.0e}" for size in sizes))  #@en
print("mediana do |gradiente| de cada núcleo:", " ".join(f"{size:.0e}" for size in sizes))  #@pt-BR
power = float(np.mean(x_train**2))
claims.check(tracks.source, power=power, silence_train=mae(x_train, 0), gradient=min(sizes))
# %% [markdown] lang="en"
# Silence scores {{ power }}: a loss near that figure means that the network has learnt *nothing but the mean*. With the lecture's settings it stays there for many epochs. The gradients tell why. A mean over 4,096 samples makes
# the gradient of each of the 33 million weights tiny, {{ gradient }} in the most timid kernel. Adam divides each step by the typical size of the gradient *plus* `epsilon`, `1e-7` by default: where gradients are smaller than that,
# the promise "Adam does not care about scale" is broken, and the large dense layers hardly move. The remedy is one argument, `epsilon=1e-12`.
#
# The second remedy is a schedule as in lessons 01 and 02: up to a peak, then down along a cosine. (Profile `full` uses the lecture's own: Adam at `1e-3`, divided by `1 + 0.002 * step`, for 300 epochs.)
# %% [markdown] lang="pt-BR"
# O silêncio faz {{ power }}: um custo perto desse valor significa que a rede não aprendeu *nada além da média*. Com os ajustes da aula de origem, ele fica ali por muitas épocas. Os gradientes dizem por quê. A média sobre 4.096 amostras deixa
# minúsculo o gradiente de cada um dos 33 milhões de pesos: {{ gradient }} no núcleo mais tímido. O Adam divide cada passo pelo tamanho típico do gradiente *mais* `epsilon`, `1e-7` de fábrica: onde os gradientes são menores que isso,
# quebra-se a promessa de que "o Adam não liga para a escala", e as grandes camadas densas quase não andam. O remédio é um argumento, `epsilon=1e-12`.
#
# O segundo remédio é um plano como os das aulas 01 e 02: subir até um pico e descer por um cosseno. (O perfil `full` usa o da aula de origem: Adam a `1e-3`, dividido por `1 + 0.002 * passo`, por 300 épocas.)
# %%
BATCH = 64


def train(model, x, x_held_out, steps, peak):
    """Fit `model` to give back its input in about `steps` steps; returns history and seconds."""  #@en
    """Ajusta `model` para devolver a entrada em cerca de `steps` passos; dá histórico e segundos."""  #@pt-BR
    epochs = max(1, steps // (len(x) // BATCH))
    short = keras.optimizers.schedules.CosineDecay(
        0.0, steps - steps // 10, warmup_target=peak, warmup_steps=steps // 10
    )
    long = keras.optimizers.schedules.InverseTimeDecay(1e-3, decay_steps=1, decay_rate=2e-3)
    rate, epsilon = lesson.pick(quick=(short, 1e-12), class_=(short, 1e-12), full=(long, 1e-7))
    adam = keras.optimizers.Adam(rate, epsilon=epsilon)
    model.compile(adam, "mse", metrics=["mae"], jit_compile=False)  # XLA slows these convolutions  #@en
    model.compile(adam, "mse", metrics=["mae"], jit_compile=False)  # o XLA atrasa estas convoluções  #@pt-BR
    start = time.perf_counter()
    history = model.fit(
        data.batches(tf.constant(x), BATCH, seed=lesson.seed()),
        validation_data=None if x_held_out is None else data.batches(x_held_out, BATCH),
        epochs=epochs, shuffle=False, verbose=0,
        callbacks=[TqdmCallback(epochs, verbose=0, tqdm_class=tqdm, file=sys.stdout)],
    )
    return history, time.perf_counter() - start
# %%
if tf.config.list_physical_devices("GPU"):
    tf.config.experimental.enable_op_determinism()
steps = lesson.pick(quick=60, class_=400, full=7500)
history, seconds_network = train(autoencoder, parts_train, parts_val, steps, peak=2e-3)
# %%
plot.history(
    {"network": history},  #@en
    ylabel="mean squared error",  #@en
    alt="Training error stays on a plateau, then falls steeply; validation error falls less and stays far above.",  #@en
    {"rede": history},  #@pt-BR
    ylabel="erro quadrático médio",  #@pt-BR
    alt="O erro de treino fica num patamar e depois despenca; o de validação cai menos e fica bem acima.",  #@pt-BR
)
plot.history(
    {"network": history},  #@en
    ylabel="mean absolute error",  #@en
    alt="The same two curves for the mean absolute error: the gap between training and validation opens early.",  #@en
    {"rede": history},  #@pt-BR
    ylabel="erro absoluto médio",  #@pt-BR
    alt="As mesmas duas curvas para o erro absoluto médio: a distância entre treino e validação se abre cedo.",  #@pt-BR
    metric="mae",
)
# %%
def rebuild(model, x):
    """Tracks (n, length) cut, passed through `model` part by part, and joined again."""  #@en
    """Faixas (n, length) cortadas, passadas trecho a trecho por `model` e emendadas de novo."""  #@pt-BR
    parts = model.predict(audio.cut(x, PART), batch_size=BATCH, verbose=0)
    return audio.join(parts, x.shape[1])


x_hat_train = rebuild(autoencoder, x_train)
loss = float(np.mean((x_train - x_hat_train) ** 2))
claims.check(tracks.source, F9_loss=loss, F9_mae=mae(x_train, x_hat_train))
# %% [markdown] lang="en"
# On the training tracks the network reaches a loss of {{ F9_loss }} and an MAE of {{ F9_mae }}. The lecture had {{ F9_loss.source }} and {{ F9_mae.source }} after 20 epochs, and below 0.01 after 300.
#
# **Predict:** the dashed line is training, the solid one validation: other tracks. Which of the two would you have been shown?
#
# ## 5. Looking at it and listening to it
#
# Thirty milliseconds of eight tracks, original and reconstruction on top of each other. Above, four training tracks, as the lecture shows them; below, four test tracks.
# %% [markdown] lang="pt-BR"
# Nas faixas de treino, a rede chega a um custo de {{ F9_loss }} e a um MAE de {{ F9_mae }}. A aula de origem tinha {{ F9_loss.source }} e {{ F9_mae.source }} após 20 épocas, e menos de 0,01 após 300.
#
# **Arrisque:** a linha tracejada é o treino, a cheia é a validação: outras faixas. Qual das duas teriam mostrado a você?
#
# ## 5. Ver e ouvir
#
# Trinta milissegundos de oito faixas, original e reconstrução uma sobre a outra. Em cima, quatro faixas de treino, como a aula de origem mostra; embaixo, quatro de teste.
# %%
x_hat_test = rebuild(autoencoder, x_test)


def overlays(rows, alt, start=80_000, count=240):
    """`count` samples of some tracks: the original wide and pale, the reconstruction thin."""  #@en
    """`count` amostras de algumas faixas: o original largo e claro, a reconstrução fina."""  #@pt-BR
    fig, axes = plt.subplots(len(rows) // 2, 2, figsize=(12, 2.1 * len(rows) // 2), sharex=True)
    time_ms = 1000 * np.arange(count) / RATE
    for ax, (name, x, x_hat) in zip(axes.flat, rows):
        ax.plot(time_ms, x[start : start + count], color=plot.SKY, linewidth=4, label="original")
        ax.plot(time_ms, x_hat[start : start + count], color=plot.RED, linewidth=1.5, label="x_hat")
        ax.set_title(name, fontsize=14)
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False)
    fig.supylabel("amplitude")
    fig.supxlabel("time (ms)")  #@en
    fig.supxlabel("tempo (ms)")  #@pt-BR
    plot.show(fig, alt)


known, unseen = (np.unique(np.linspace(0, len(x) - 1, 4).astype(int)) for x in (x_train, x_test))
overlays(
    [(tracks.names_train[i], x_train[i], x_hat_train[i]) for i in known]
    + [(tracks.names_test[i], x_test[i], x_hat_test[i]) for i in unseen],
    alt="Eight pairs of curves: on training tracks the reconstruction lies on the original, on test tracks it strays.",  #@en
    alt="Oito pares de curvas: nas faixas de treino a reconstrução segue o original, nas de teste ela se desvia.",  #@pt-BR
)
