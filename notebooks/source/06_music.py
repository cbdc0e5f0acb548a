# %% [markdown] lang="en"
# # Music: what a convolutional autoencoder memorises and what it generalises
#
# [Open in Colab]({{ colab }}) · Lesson 06 · reading: {{ reading_minutes }} min · running: {{ minutes.class }} min
# (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# A network reconstructs fifty tracks of music with a small error. Has it learnt something about music, or has it memorised these fifty tracks? How can you find out?
#
# **After this lesson you can**
#
# - read sound as an array, scale it, cut it into segments and join them without loss;
# - build a one-dimensional convolutional autoencoder and say where its weights are;
# - recognise a loss that is no better than silence;
# - assess a reconstruction by eye, by ear and with the signal-to-noise ratio;
# - detect overfitting with held-out tracks;
# - compare a learned code with PCA and with plain resampling;
# - mix two pieces in latent space and compare the result with a mixture of the sounds.
#
# **Prerequisites:** PCA and held-out data (lesson 01), training in Keras (lesson 02). A first contact with convolutions (lesson 04) helps.
#
# **You will need:** a computer with Python {{ python }}, or a free Colab account. Headphones if you are not alone. No GPU.
# %% [markdown] lang="pt-BR"
# # Música: o que um autoencoder convolucional memoriza e o que generaliza
#
# [Abrir no Colab]({{ colab }}) · Aula 06 · leitura: {{ reading_minutes }} min · execução: {{ minutes.class }} min
# (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# Uma rede reconstrói cinquenta faixas de música com erro pequeno. Ela aprendeu algo sobre música ou memorizou essas cinquenta faixas? Como descobrir?
#
# **Ao final desta aula você saberá**
#
# - ler o som como um vetor, normalizá-lo, cortá-lo em trechos e juntá-los sem perda;
# - montar um autoencoder convolucional unidimensional e dizer onde estão os seus pesos;
# - reconhecer um custo que não é melhor que o do silêncio;
# - avaliar uma reconstrução pelo gráfico, de ouvido e com a relação sinal-ruído;
# - detectar o sobreajuste com faixas reservadas;
# - comparar um código aprendido com a PCA e com a simples reamostragem;
# - misturar duas peças no espaço latente e comparar o resultado com a mistura dos sons.
#
# **Pré-requisitos:** PCA e dados reservados (aula 01), treino em Keras (aula 02). Um primeiro contato com convoluções (aula 04) ajuda.
#
# **Você vai precisar de:** um computador com Python {{ python }}, ou uma conta gratuita no Colab. Fones de ouvido, se houver gente por perto. Não é preciso GPU.
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("06_music")
# %% [markdown] lang="en"
# If every line of the table says *ok*, continue with the imports. Otherwise the last column of the table says what to type.
# %% [markdown] lang="pt-BR"
# Se todas as linhas da tabela mostram *ok*, continue com as importações. Caso contrário, a última coluna da tabela mostra o que digitar.
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
# ## 1. Sound as an array
#
# A microphone measures the air pressure at regular instants. Each measurement is a **sample**, and the list of samples is the **waveform**. With 8,000 samples per second we can represent frequencies up to 4 kHz, half the sampling rate (the *Nyquist* limit). This is close to telephone quality and enough for melodies.
#
# Music can also be stored as a score, as MIDI (a list of notes with their times) or as a piano roll (a picture of the notes over time). These formats describe which notes are played. The waveform also contains the sound of the instruments, and we use the waveform.
#
# We divide each track by its largest absolute value, so that loud and quiet recordings have the same **peak** of 1. Then we keep the first 131,072 samples, or 16.4 seconds. The peak may come later in the recording, so some waveforms below do not reach 1.
#
# The data are the genre *classical* of GTZAN, 100 excerpts of 30 seconds. As in the network that we reproduce (the *reference*, see References), 50 tracks are for training. Ten more are for validation and 40 for the test. The split is by track: no track is in two sets.
#
# If GTZAN is not on this computer, the notebook uses ten synthetic pieces that come with the course. Values and conclusions in the text are from a run with GTZAN in profile `class`; yours will then be different.
# %% [markdown] lang="pt-BR"
# ## 1. O som como um vetor
#
# Um microfone mede a pressão do ar a intervalos regulares. Cada medida é uma **amostra**, e a sequência das amostras é a **forma de onda**. Com 8.000 amostras por segundo, representamos frequências de até 4 kHz, metade da taxa de amostragem (o limite de *Nyquist*). É uma qualidade próxima da do telefone, suficiente para melodias.
#
# A música também pode ser guardada como partitura, como MIDI (uma lista de notas com seus tempos) ou como *piano roll* (uma imagem das notas ao longo do tempo). Esses formatos dizem quais notas são tocadas. A forma de onda contém também o som dos instrumentos, e é ela que usamos.
#
# Dividimos cada faixa pelo seu maior valor absoluto; assim, gravações fortes e fracas têm o mesmo **pico**, igual a 1. Depois ficamos com as primeiras 131.072 amostras, ou 16,4 segundos. O pico pode vir mais tarde na gravação; por isso, algumas ondas abaixo não chegam a 1.
#
# Os dados são o gênero *classical* do GTZAN, com 100 gravações de 30 segundos. Como na rede que reproduzimos (a *referência*; veja as Referências), 50 faixas são de treino. Outras dez são de validação e 40, de teste. A divisão é por faixa: nenhuma faixa está em dois conjuntos.
#
# Se o GTZAN não estiver neste computador, o notebook usa dez peças sintéticas que acompanham o curso. Os valores e as conclusões do texto são de uma execução com o GTZAN no perfil `class`; nesse caso, os seus serão diferentes.
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
# At this scale you see only the **envelope**, the loudness over time. The melody is in thousands of oscillations that are too narrow to be drawn here.
#
# **What you can listen to.** GTZAN has no licence, so its sound must not be published, not even inside a notebook. The pictures and values of this lesson are about the data loaded above. The *players* play pieces that come with the course, reconstructed by the same network. With `LISTEN = True` you can listen to your own copy of GTZAN; do not share a notebook that you ran this way.
# %% [markdown] lang="pt-BR"
# Nesta escala, só se vê a **envoltória**, a intensidade ao longo do tempo. A melodia está em milhares de oscilações, estreitas demais para aparecer aqui.
#
# **O que você pode ouvir.** O GTZAN não tem licença, e por isso seu som não pode ser publicado, nem dentro de um notebook. As figuras e os valores desta aula tratam dos dados carregados acima. Os *players* tocam peças que acompanham o curso, reconstruídas pela mesma rede. Com `LISTEN = True`, você pode ouvir a sua cópia do GTZAN; não compartilhe um notebook executado assim.
# %%
LISTEN = False
PART = 4096
CLIP = 6 * PART  # length of what the players play: 3 seconds keep the notebook small
# pt: duração do que os players tocam: 3 segundos mantêm o notebook pequeno
first = dict(zip(pieces.names_train, pieces.x_train[:, :CLIP]))
audio.play({name: first[name] for name in pieces.names_train[:2]}, pieces.source)
audio.play({tracks.names_train[0]: x_train[0]}, tracks.source, my_copy=LISTEN)
# %% [markdown] lang="en"
# ## 2. Cutting tracks into segments
#
# With whole tracks as input and a code longer in proportion, the network of the next section would have about a thousand times as many weights. So we cut each track into 32 **segments** of 4,096 samples, half a second each. A segment contains a note or two.
#
# Every segment is one example. The network does not know which track it comes from or what was played before it.
#
# Cutting must not lose anything. `audio.cut` and `audio.join` only change the shape of the array. We join the segments again and compare them with the tracks.
# %% [markdown] lang="pt-BR"
# ## 2. Como cortar as faixas em trechos
#
# Com faixas inteiras na entrada e um código maior na mesma proporção, a rede da próxima seção teria cerca de mil vezes mais pesos. Por isso cortamos cada faixa em 32 **trechos** de 4.096 amostras, de meio segundo cada um. Um trecho contém uma ou duas notas.
#
# Cada trecho é um exemplo. A rede não sabe de que faixa ele veio nem o que foi tocado antes.
#
# O corte não pode perder nada. `audio.cut` e `audio.join` só mudam a forma do vetor. Juntamos os trechos de novo e comparamos o resultado com as faixas.
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
# The largest difference is {{ cut_difference }}: nothing is lost. The {{ parts }} training segments of GTZAN form a tensor of shape `(1600, 4096, 1)`. The last axis holds the channels, which a convolutional layer expects. Mono sound has one channel; stereo would have two.
#
# The cuts come at multiples of 4,096 samples, often in the middle of a note. This will matter in the exercises.
#
# ## 3. A one-dimensional convolutional autoencoder
#
# The encoder has four convolutions with kernels of size 3 and **stride 2**. Each halves the length: 4,096 → 2,048 → 1,024 → 512 → 256. The number of channels grows from 1 to 64. Flattened, the result has 16,384 values. A dense layer reduces them to the **code** of 1,024 values, a quarter of the number of samples.
#
# The decoder mirrors the encoder with transposed convolutions. Its last layer has the activation `tanh`, whose range (−1, 1) is that of the sound.
#
# **Predict before you run:** where are most of the weights, in the nine convolutional layers or in the two dense layers?
# %% [markdown] lang="pt-BR"
# A maior diferença é {{ cut_difference }}: nada se perde. Os {{ parts }} trechos de treino do GTZAN formam um tensor de formato `(1600, 4096, 1)`. O último eixo é o dos canais, que uma camada convolucional espera receber. O som mono tem um canal; o estéreo teria dois.
#
# Os cortes ficam nos múltiplos de 4.096 amostras, muitas vezes no meio de uma nota. Isso será importante nos exercícios.
#
# ## 3. Um autoencoder convolucional unidimensional
#
# O codificador tem quatro convoluções com kernels de tamanho 3 e **passo (*stride*) 2**. Cada uma reduz o comprimento à metade: 4.096 → 2.048 → 1.024 → 512 → 256. O número de canais cresce de 1 a 64. Achatado (*flatten*), o resultado tem 16.384 valores. Uma camada densa os reduz ao **código** de 1.024 valores, um quarto do número de amostras.
#
# O decodificador espelha o codificador com convoluções transpostas. Sua última camada usa a ativação `tanh`, cujo intervalo (−1, 1) é o do som.
#
# **Arrisque antes de executar:** onde está a maioria dos pesos, nas nove camadas convolucionais ou nas duas camadas densas?
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
# The network has {{ F9_parameters }} weights. Nearly all of them are in the two dense layers, between 16,384 and 1,024 values. That makes about 20,000 weights for each training segment of GTZAN, so overfitting is likely.
#
# **A trap in a name.** The reference calls this model a *variational* autoencoder, but it is a plain one. Its encoder returns one code, not a mean and a variance. It samples nothing, and its loss has no KL divergence. Nothing in its training makes randomly drawn codes decode to music. Lesson 08 builds a variational autoencoder.
#
# ## 4. Training and the loss of silence
#
# The loss is the mean squared error. We also report the mean absolute error (MAE), which has the unit of the amplitude. To read both we need a baseline, *silence*: an output of zeros. Its squared error is the mean square of the samples, the **power** of the music.
#
# Before training we also look at the size of the first gradients, one value for each kernel.
# %% [markdown] lang="pt-BR"
# A rede tem {{ F9_parameters }} pesos. Quase todos estão nas duas camadas densas, entre 16.384 e 1.024 valores. São cerca de 20.000 pesos para cada trecho de treino do GTZAN; portanto, o sobreajuste é provável.
#
# **Uma armadilha no nome.** A referência chama este modelo de autoencoder *variacional*, mas ele é um autoencoder comum. Seu codificador devolve um código, não uma média e uma variância. Ele não sorteia nada, e seu custo não tem divergência KL. Nada no treino faz com que códigos sorteados virem música. A aula 08 monta um autoencoder variacional.
#
# ## 4. O treino e o custo do silêncio
#
# A função de custo é o erro quadrático médio. Informamos também o erro absoluto médio (MAE), que tem a unidade da amplitude. Para ler os dois, precisamos de uma linha de base, o *silêncio*: uma saída só de zeros. Seu erro quadrático é a média dos quadrados das amostras, a **potência** da música.
#
# Antes do treino, examinamos também o tamanho dos primeiros gradientes, um valor para cada kernel.
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
# Silence has a loss of {{ power }} on the training tracks. A network with a loss near this value there has learnt nothing but the mean.
#
# The gradients are tiny: in the kernel with the smallest ones, their median is {{ gradient }}. One reason is that the loss is a mean over 4,096 samples, so each weight has little influence on it. This matters for **Adam**, which divides its step by the typical size of the gradient plus a small constant `epsilon`. Its default in Keras is `1e-7`. Where gradients are much smaller, `epsilon` dominates the sum, and the steps are much smaller than the learning rate.
#
# So the profiles `quick` and `class` use `epsilon=1e-12`. We tried both values once, with the schedule of the reference. With `1e-7` the loss stayed at that of silence for four epochs; with `1e-12` it began to fall in the second.
#
# They also use a learning-rate schedule: a linear warm-up followed by a cosine decay. Profile `full` uses the settings of the reference: `1e-7` and a learning rate of `1e-3` divided by `1 + 0.002 * step`.
#
# The callback from `resume.backup` saves the weights and the state of the optimiser during training. If the training is interrupted, run the cells again and it continues.
# %% [markdown] lang="pt-BR"
# O silêncio tem um custo de {{ power }} nas faixas de treino. Uma rede que nelas tenha um custo próximo desse valor não aprendeu nada além da média.
#
# Os gradientes são minúsculos: no kernel com os menores, a mediana é {{ gradient }}. Uma razão é que o custo é uma média de 4.096 amostras, e cada peso tem pouca influência sobre ela. Isso importa para o **Adam**, que divide o passo pelo tamanho típico do gradiente mais uma pequena constante, `epsilon`. No Keras, o valor padrão é `1e-7`. Onde os gradientes são muito menores, `epsilon` domina a soma, e os passos ficam muito menores que a taxa de aprendizado.
#
# Por isso, os perfis `quick` e `class` usam `epsilon=1e-12`. Testamos os dois valores uma vez, com o cronograma da referência. Com `1e-7`, o custo ficou no do silêncio por quatro épocas; com `1e-12`, começou a cair na segunda.
#
# Eles usam também um cronograma da taxa de aprendizado: aquecimento linear (*warm-up*) e depois decaimento em cosseno. O perfil `full` usa as configurações da referência: `1e-7` e uma taxa de `1e-3` dividida por `1 + 0.002 * passo`.
#
# O *callback* de `resume.backup` salva os pesos e o estado do otimizador durante o treino. Se o treino for interrompido, rode as células de novo e ele continua.
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
    model.compile(adam, "mse", metrics=["mae"], jit_compile=False)  # XLA makes these convolutions slower
    # pt: o XLA deixa estas convoluções mais lentas
    kept = resume.backup(model, epochs, len(x))  # if interrupted, run the cell again
    # pt: se for interrompido, rode a célula de novo
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
    model.compile("sgd", "mse")  # frees the state of Adam, twice the size of the weights
    # pt: libera o estado do Adam, o dobro do tamanho dos pesos
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
# On the training tracks the loss reaches {{ F9_loss }} and the MAE {{ F9_mae }}. The reference reports {{ F9_loss.source }} and {{ F9_mae.source }} after 20 epochs, and an MAE below 0.01 after 300.
#
# Now compare the two lines in each graph. The training line (dashed) falls to a small fraction of the loss of silence. The validation line (solid) soon stops falling, far above it. This gap is **overfitting**.
#
# With GTZAN the validation tracks are louder than the training tracks, so silence has a higher loss there, and the solid line starts higher. It loses about a third of its height: the network has learnt something that holds for new tracks, but not much.
#
# ## 5. Looking and listening
#
# The next figure shows 30 milliseconds of several tracks, with the reconstruction over the original. Training tracks come first, test tracks after them. The reference shows training tracks only.
# %% [markdown] lang="pt-BR"
# Nas faixas de treino, o custo chega a {{ F9_loss }}, e o MAE, a {{ F9_mae }}. A referência informa {{ F9_loss.source }} e {{ F9_mae.source }} após 20 épocas, e um MAE abaixo de 0,01 após 300.
#
# Agora compare as duas linhas de cada gráfico. A de treino (tracejada) cai a uma pequena fração do custo do silêncio. A de validação (cheia) logo para de cair, bem acima. Essa distância é o **sobreajuste** (*overfitting*).
#
# Com o GTZAN, as faixas de validação são mais fortes que as de treino; nelas o silêncio tem custo maior, e a linha cheia começa mais alto. Ela perde cerca de um terço da altura: a rede aprendeu algo que vale para faixas novas, mas não muito.
#
# ## 5. Ver e ouvir
#
# A próxima figura mostra 30 milissegundos de várias faixas, com a reconstrução sobre o original. Primeiro vêm faixas de treino e depois, faixas de teste. A referência mostra só faixas de treino.
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
# The training reconstructions follow the original, with small deviations. The test reconstructions miss many oscillations.
#
# We hear frequencies rather than waveforms. A **mel spectrogram** shows the strength of each frequency over time. On the *mel scale* equal steps sound equally far apart, so low notes get more room than high ones. The colours are decibels (dB) below the loudest point of the original.
# %% [markdown] lang="pt-BR"
# As reconstruções de treino seguem o original com pequenos desvios. As de teste perdem muitas oscilações.
#
# Ouvimos frequências, e não formas de onda. Um **espectrograma mel** mostra a força de cada frequência ao longo do tempo. Na *escala mel*, passos iguais soam igualmente distantes; por isso, as notas graves ganham mais espaço que as agudas. As cores são decibéis (dB) abaixo do ponto mais forte do original.
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
new = pieces.x_test[:2]  # two pieces of the course  # pt: duas peças do curso
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
# With GTZAN, the strong notes of the training track keep their place, but the gaps between them fill with noise and most of the sound above 2 kHz is missing. The test track and our minuet keep only a few of their strongest notes. The minuet shows the noise best, because its original is silent (dark) between the notes.
#
# Now listen. The network has not been trained on the minuet, so this is a test of generalisation that you can hear. The third player is a baseline that learns nothing: the same sound kept at a **quarter of its samples**. That is 1,024 values per segment, as many as the code has.
# %% [markdown] lang="pt-BR"
# Com o GTZAN, as notas fortes da faixa de treino ficam no lugar, mas os intervalos entre elas se enchem de ruído, e falta quase todo o som acima de 2 kHz. A faixa de teste e o nosso minueto só conservam algumas das notas mais fortes. O minueto mostra melhor o ruído, porque o original é silencioso (escuro) entre as notas.
#
# Agora ouça. A rede não treinou com o minueto; este é, portanto, um teste de generalização que se pode ouvir. O terceiro player é uma linha de base que não aprende nada: o mesmo som guardado com **um quarto das amostras**. São 1.024 valores por trecho, tantos quantos tem o código.
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
# Over our two new pieces the network has {{ new_snr }} dB on average, and the quarter has {{ new_quarter }} dB. Higher is better. The next section says what these decibels mean.
#
# ## 6. Signal-to-noise ratio and overfitting
#
# The **signal-to-noise ratio** (SNR) compares the power of the signal with the power of the error:
#
# $$\mathrm{SNR} = 10 \log_{10} \frac{\sum_t x_t^2}{\sum_t (x_t - \hat x_t)^2}\ \text{dB}$$
#
# At 0 dB the error is as strong as the music; silence scores 0 dB. At 10 dB the error has a tenth of the power, at 20 dB a hundredth. A cassette tape has about 50 dB, a CD more than 90 dB.
#
# The next figure has one bar for each track.
#
# **Predict:** how many dB separate training tracks and test tracks?
# %% [markdown] lang="pt-BR"
# Nas nossas duas peças novas, a rede tem {{ new_snr }} dB em média, e o quarto das amostras, {{ new_quarter }} dB. Quanto maior, melhor. A próxima seção explica o que esses decibéis significam.
#
# ## 6. Relação sinal-ruído e sobreajuste
#
# A **relação sinal-ruído** (SNR) compara a potência do sinal com a potência do erro:
#
# $$\mathrm{SNR} = 10 \log_{10} \frac{\sum_t x_t^2}{\sum_t (x_t - \hat x_t)^2}\ \text{dB}$$
#
# Com 0 dB, o erro é tão forte quanto a música; é o valor do silêncio. Com 10 dB, o erro tem um décimo da potência; com 20 dB, um centésimo. Uma fita cassete tem cerca de 50 dB; um CD, mais de 90 dB.
#
# A próxima figura tem uma barra por faixa.
#
# **Arrisque:** quantos dB separam as faixas de treino das faixas de teste?
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
# **A trap: evaluating on training data.** The reference plays and plots training tracks only, where our median is {{ snr_train }} dB. On test tracks the same network has {{ snr_test }} dB, and its MAE is {{ mae_test }} instead of {{ F9_mae }}. Training tracks show how well the network has memorised them. Only held-out tracks show what it generalises. A training MAE below 0.01 says nothing about the next track.
#
# GTZAN is known to contain some excerpts twice. "Going further" searches for copies across the split and finds none.
#
# ## 7. Baselines: resampling and PCA
#
# Which other methods describe 4,096 samples with 1,024 values? We compare four baselines with the network:
#
# - *silence* needs no values;
# - the *mean of four* neighbouring samples and the *quarter* of section 5 learn nothing and have no parameters;
# - **PCA** finds the best linear code of the training segments.
# %% [markdown] lang="pt-BR"
# **Uma armadilha: avaliar nos dados de treino.** A referência só toca e mostra faixas de treino, nas quais a nossa mediana é de {{ snr_train }} dB. Nas faixas de teste, a mesma rede tem {{ snr_test }} dB, e seu MAE é {{ mae_test }} em vez de {{ F9_mae }}. As faixas de treino mostram quanto a rede memorizou. Só as faixas reservadas mostram o que ela generaliza. Um MAE de treino abaixo de 0,01 não diz nada sobre a próxima faixa.
#
# Sabe-se que o GTZAN contém algumas gravações repetidas. A seção "Para ir além" procura cópias entre o treino e os dados reservados e não encontra nenhuma.
#
# ## 7. Linhas de base: reamostragem e PCA
#
# Que outros métodos descrevem 4.096 amostras com 1.024 valores? Comparamos a rede com quatro linhas de base:
#
# - o *silêncio* não precisa de nenhum valor;
# - a *média de quatro* amostras vizinhas e o *quarto das amostras* da seção 5 não aprendem nada e não têm parâmetros;
# - a **PCA** encontra o melhor código linear dos trechos de treino.
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
del rivals, rebuilt  # frees a quarter of a gigabyte of reconstructed tracks
# pt: libera um quarto de gigabyte de faixas reconstruídas
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
# **Training tracks: PCA wins in this run.** Its MAE is {{ pca_mae_train }} ({{ pca_snr_train }} dB), with an eighth of the parameters and in seconds. It has 1,024 directions for {{ parts }} segments, so it can repeat most of what it was fitted to.
#
# **Test tracks: the plain quarter wins.** It has {{ quarter_snr_test }} dB and an MAE of {{ quarter_mae_test }}. PCA has {{ pca_snr_test }} dB ({{ pca_mae_test }}), and the network is better than silence only. The quarter keeps the frequencies below 1 kHz, which hold most of the power of this music, and it has nothing to overfit.
#
# The network has 33 million weights; the training tracks of GTZAN have 14 minutes of music. It probably needs many hours, and fewer dense weights: if a note starts a few milliseconds later, a dense layer sees other inputs and needs other weights for them. Exercise 2 measures what happens when the cuts move. Neural codecs such as SoundStream are autoencoders too, but they are convolutional throughout and trained on far more sound.
#
# **In bytes.** 1,024 values for 4,096 samples is not a compression of 4 : 1. A sample has 16 bits, a value of the code 32. So a segment of 8,192 bytes becomes a code of 4,096 bytes, which is {{ code_ratio }} : 1. The receiver also needs the decoder: {{ decoder_mb }} MB, while the 50 training tracks of GTZAN together have {{ music_mb }} MB. "Going further" compares this with FLAC and OGG.
#
# ## 8. Hearing a memorised piece
#
# What does a memorised piece sound like? A copy of the network continues its training for a few dozen steps on two pieces of the course and on nothing else. These are the pieces from section 5, so we train on test data on purpose. No value of this section measures generalisation.
# %% [markdown] lang="pt-BR"
# **Faixas de treino: nesta execução, a PCA vence.** Seu MAE é {{ pca_mae_train }} ({{ pca_snr_train }} dB), com um oitavo dos parâmetros e em segundos. Ela tem 1.024 direções para {{ parts }} trechos e consegue, assim, repetir quase tudo aquilo a que foi ajustada.
#
# **Faixas de teste: o simples quarto das amostras vence.** Ele tem {{ quarter_snr_test }} dB e MAE de {{ quarter_mae_test }}. A PCA tem {{ pca_snr_test }} dB ({{ pca_mae_test }}), e a rede só ganha do silêncio. O quarto das amostras conserva as frequências abaixo de 1 kHz, que têm a maior parte da potência desta música, e não tem como sofrer sobreajuste.
#
# A rede tem 33 milhões de pesos; as faixas de treino do GTZAN têm 14 minutos de música. Ela provavelmente precisa de muitas horas e de menos pesos densos: se uma nota começa alguns milissegundos depois, uma camada densa recebe outras entradas e precisa de outros pesos para elas. O exercício 2 mede o que acontece quando os cortes mudam de lugar. Codecs neurais como o SoundStream também são autoencoders, mas convolucionais do começo ao fim e treinados com muito mais som.
#
# **Em bytes.** 1.024 valores para 4.096 amostras não são uma compressão de 4 : 1. Uma amostra tem 16 bits; um valor do código, 32. Um trecho de 8.192 bytes vira um código de 4.096 bytes, ou {{ code_ratio }} : 1. Quem recebe precisa também do decodificador: {{ decoder_mb }} MB, enquanto as 50 faixas de treino do GTZAN juntas têm {{ music_mb }} MB. A seção "Para ir além" compara isso com FLAC e OGG.
#
# ## 8. Ouvir uma peça memorizada
#
# Como soa uma peça memorizada? Uma cópia da rede continua o treino por algumas dezenas de passos com duas peças do curso e nada mais. São as peças da seção 5; portanto, treinamos de propósito com dados de teste. Nenhum valor desta seção mede generalização.
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
# On the two pieces the SNR rises from {{ new_snr }} to {{ heart_snr }} dB. On the earlier training tracks the median falls from {{ snr_train }} to {{ forgotten_snr }} dB. A network that continues training on new data alone loses part of what it had learnt. This is **catastrophic forgetting**.
#
# ## 9. Mixing in latent space
#
# Codes are vectors, so we can average them. Take the codes $z_a$ and $z_b$ of two pieces, segment by segment, and decode $0.75\, z_a + 0.25\, z_b$. Is the result a third piece, between the two? Or is it close to the mixture of the sounds, $0.75\, x_a + 0.25\, x_b$, in which both pieces sound at once?
#
# **Predict**, then listen to both players.
# %% [markdown] lang="pt-BR"
# Nas duas peças, a SNR sobe de {{ new_snr }} para {{ heart_snr }} dB. Nas faixas de treino anteriores, a mediana cai de {{ snr_train }} para {{ forgotten_snr }} dB. Uma rede que continua o treino só com dados novos perde parte do que tinha aprendido. Isso se chama **esquecimento catastrófico**.
#
# ## 9. Misturar no espaço latente
#
# Códigos são vetores; podemos, então, calcular a sua média. Tome os códigos $z_a$ e $z_b$ de duas peças, trecho a trecho, e decodifique $0{,}75\, z_a + 0{,}25\, z_b$. O resultado é uma terceira peça, entre as duas? Ou fica perto da mistura dos sons, $0{,}75\, x_a + 0{,}25\, x_b$, em que as duas peças soam juntas?
#
# **Arrisque** e depois ouça os dois players.
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
# Can you hear both pieces in the first player too? What else do you hear?
#
# Now in numbers, with the network of section 4 and two of its training tracks. If encoder and decoder were linear, the *latent* mixture would equal the mixture of the two *reconstructions*. How far apart are they?
# %% [markdown] lang="pt-BR"
# Você ouve as duas peças também no primeiro player? O que mais você ouve?
#
# Agora em números, com a rede da seção 4 e duas de suas faixas de treino. Se codificador e decodificador fossem lineares, a mistura *latente* seria igual à mistura das duas *reconstruções*. Qual é a diferença entre elas?
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
# Take the mixture of the reconstructions as the signal. The latent mixture has {{ mix_linear }} dB, so the two differ by roughly a tenth of the signal's power. Take the mixture of the originals as the signal. Mixing codes gives {{ mix_latent }} dB, mixing the reconstructions {{ mix_rebuilt }} dB.
#
# For this pair and this weight, the latent mixture is mostly a mixture of both sounds with an additional error. The network is not linear: this error is of about the same size as that of the reconstruction. But the measurement gives no sign of a third piece. Nothing in the training asks that points between codes decode to plausible music. Lesson 08 changes the training with this aim.
#
# ### Explore
#
# Change the weight. On the left is the spectrogram of the mixed codes, on the right that of the mixed sounds, each with its player. Is there a weight at which one has a line that is missing in the other?
# %% [markdown] lang="pt-BR"
# Tome como sinal a mistura das reconstruções. A mistura latente tem {{ mix_linear }} dB; as duas diferem, portanto, em cerca de um décimo da potência do sinal. Tome agora como sinal a mistura dos originais. Misturar códigos dá {{ mix_latent }} dB; misturar as reconstruções, {{ mix_rebuilt }} dB.
#
# Para este par e este peso, a mistura latente é sobretudo uma mistura dos dois sons com um erro a mais. A rede não é linear: esse erro é mais ou menos do tamanho do erro de reconstrução. Mas a medida não dá sinal de uma terceira peça. Nada no treino pede que pontos entre códigos virem música plausível. A aula 08 muda o treino com esse objetivo.
#
# ### Explore
#
# Mude o peso. À esquerda está o espectrograma dos códigos misturados; à direita, o dos sons misturados, cada um com seu player. Há algum peso em que um tenha uma linha que falta no outro?
# %%
two = pieces.names_test[0], pieces.names_test[1]
explore.music.mix(heart_encoder, heart_decoder, new[0, :CLIP], new[1, :CLIP], two)
# %% [markdown] lang="en"
# ## Check yourself
#
# Answer first, then open.
#
# **1.** During training the loss stays at the power of the signal. What does the network output?
#
# <details><summary>Answer</summary>Something close to silence, which is nearly the mean of all segments. The squared error of silence is the mean square of the samples, the power. The network has not learnt anything yet.</details>
#
# **2.** A colleague reports "MAE 0.01, you hear no difference" for a music autoencoder. What do you ask?
#
# <details><summary>Answer</summary>On which tracks? On training tracks the value measures memorisation. And what do resampling, PCA and OGG reach on the same held-out tracks with as many bytes?</details>
#
# **3.** The code has a quarter as many values as the segment. Why is the compression not 4 : 1?
#
# <details><summary>Answer</summary>A sample has 16 bits and a value of the code 32, so it is 2 : 1. In addition the receiver needs the decoder. With the settings of this lesson it is larger than all training tracks together.</details>
#
# **4.** What makes an autoencoder variational, and does this model have it?
#
# <details><summary>Answer</summary>An encoder that returns a distribution (mean and variance), a sampled code, and a KL divergence in the loss that keeps the codes close to a prior. This model has none of them.</details>
#
# **5.** What would you measure to find out whether mixing codes is the same as mixing sounds?
#
# <details><summary>Answer</summary>The SNR of the latent mixture, with the mixture of the reconstructions as the signal. For a linear network the two are equal. One pair of tracks is not enough for a general statement.</details>
# %% [markdown] lang="pt-BR"
# ## Teste-se
#
# Responda primeiro, abra depois.
#
# **1.** Durante o treino, o custo fica na potência do sinal. O que a rede produz na saída?
#
# <details><summary>Resposta</summary>Algo próximo do silêncio, que é quase a média de todos os trechos. O erro quadrático do silêncio é a média dos quadrados das amostras, ou seja, a potência. A rede ainda não aprendeu nada.</details>
#
# **2.** Um colega informa "MAE de 0,01, não se ouve diferença" para um autoencoder de música. O que você pergunta?
#
# <details><summary>Resposta</summary>Em que faixas? Nas de treino, o valor mede memorização. E quanto fazem a reamostragem, a PCA e o OGG nas mesmas faixas reservadas, com os mesmos bytes?</details>
#
# **3.** O código tem um quarto dos valores do trecho. Por que a compressão não é de 4 : 1?
#
# <details><summary>Resposta</summary>Uma amostra tem 16 bits e um valor do código, 32; portanto, é 2 : 1. Além disso, quem recebe precisa do decodificador. Com as configurações desta aula, ele é maior que todas as faixas de treino juntas.</details>
#
# **4.** O que torna um autoencoder variacional, e este modelo tem isso?
#
# <details><summary>Resposta</summary>Um codificador que devolve uma distribuição (média e variância), um código sorteado e uma divergência KL no custo, que mantém os códigos perto de uma distribuição a priori. Este modelo não tem nenhum dos três.</details>
#
# **5.** O que você mediria para saber se misturar códigos é o mesmo que misturar sons?
#
# <details><summary>Resposta</summary>A SNR da mistura latente, com a mistura das reconstruções como sinal. Em uma rede linear, as duas são iguais. Um só par de faixas não basta para uma afirmação geral.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# The cell below each exercise checks your answer. `check.shifted.hint()`, with the name of the check, gives a hint. The next call gives a more detailed one.
#
# ### Exercise 1: an 8-bit code
#
# A code does not need 32 bits per value. Store each value of the test tracks' codes in **8 bits**: divide by `largest`, the largest absolute value of the *training* codes, multiply by 127, round, and clip to ±127. Then convert back, decode, and put the reconstructed test tracks into `x_8bit`. What is the compression now, and how many dB are lost?
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# A célula abaixo de cada exercício verifica a resposta. `check.shifted.hint()`, com o nome da verificação, dá uma dica. A chamada seguinte dá uma dica mais detalhada.
#
# ### Exercício 1: um código de 8 bits
#
# Um código não precisa de 32 bits por valor. Guarde cada valor dos códigos das faixas de teste em **8 bits**: divida por `largest`, o maior valor absoluto dos códigos de *treino*, multiplique por 127, arredonde e limite a ±127. Depois converta de volta, decodifique e ponha as faixas de teste reconstruídas em `x_8bit`. Qual é a compressão agora, e quantos dB se perdem?
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
# ### Exercise 2: the training tracks, cut elsewhere
#
# Take the training tracks again, but make the first cut half a segment later. Leave out the first and the last 2,048 samples of each track, so that 31 segments remain. Put the SNR of each track into `snr_shifted`. The music is the same and only the cuts have moved. Has the network learnt these *tracks* or these *segments*?
# %% [markdown] lang="pt-BR"
# ### Exercício 2: as faixas de treino, cortadas em outro lugar
#
# Tome de novo as faixas de treino, mas faça o primeiro corte meio trecho depois. Deixe de fora as primeiras e as últimas 2.048 amostras de cada faixa, de modo que sobrem 31 trechos. Ponha a SNR de cada faixa em `snr_shifted`. A música é a mesma; só os cortes mudaram de lugar. A rede aprendeu estas *faixas* ou estes *trechos*?
# %% exercise="2" role="answer"
snr_shifted = None
### BEGIN SOLUTION
shifted = x_train[:, PART // 2 : -PART // 2]
snr_shifted = audio.snr(shifted, rebuild(autoencoder, shifted))
# Compare the median with that of the test tracks. If the two are close, the network has
# memorised these segments with their cuts, and not the music.
# pt: Compare a mediana com a das faixas de teste. Se as duas forem próximas, a rede
# pt: memorizou estes trechos com os seus cortes, e não a música.
### END SOLUTION
# %% exercise="2" role="check"
check.shifted(snr_shifted, autoencoder, x_train, PART)
# check.shifted.hint()
if check.shifted.done:
    medians = [float(np.median(s)) for s in (snr_train, snr_shifted, snr_test)]
    print("training, shifted, test (dB):", " ".join(f"{m:.1f}" for m in medians))
    # pt: "treino, deslocado, teste (dB):"


# %% [markdown] lang="en"
# ## Summary
#
# - Sound is an array. Cut into segments and joined again, it is the same array.
# - Compare a loss with that of silence, the power of the signal. If both are equal, the network has learnt nothing but the mean.
# - The network reconstructs its training tracks well and new tracks badly. This is overfitting, and only held-out tracks show it.
# - In this run PCA memorises better, and resampling without any training is better on new tracks.
# - A code with a quarter of the values is 2 : 1 in bytes, and the decoder is larger than all the training music.
# - For one pair of tracks, mixing the codes of this plain autoencoder gave mostly a mixture of the sounds.
#
# ## Going further
#
# This part is optional: copies among the tracks, compression with FLAC and OGG, saving, and a third exercise.
#
# ### Networks that work on music
#
# Our network does not generalise well, but other networks do. Many use spectrograms, on which small shifts in time matter less. *SoundStream* and *EnCodec* are convolutional autoencoders with quantised codes that reconstruct speech and music at low bit rates. *MusicVAE* is a variational autoencoder of melodies as notes. **A challenge:** listen to its published interpolations and compare them with the mixture of section 9.
#
# ### Are there copies among the tracks?
#
# The **cross-correlation** measures the similarity of two tracks at every possible delay. The Fourier transform computes it for all delays at once. A copy of a track would have a value of 1.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - O som é um vetor. Cortado em trechos e juntado de novo, é o mesmo vetor.
# - Compare o custo com o do silêncio, a potência do sinal. Se os dois são iguais, a rede não aprendeu nada além da média.
# - A rede reconstrói bem as faixas de treino e mal as novas. Isso é sobreajuste, e só faixas reservadas o mostram.
# - Nesta execução, a PCA memoriza melhor, e a reamostragem, sem nenhum treino, é melhor nas faixas novas.
# - Um código com um quarto dos valores é 2 : 1 em bytes, e o decodificador é maior que toda a música de treino.
# - Em um par de faixas, misturar os códigos deste autoencoder comum deu sobretudo uma mistura dos sons.
#
# ## Para ir além
#
# Esta parte é opcional: cópias entre as faixas, compressão com FLAC e OGG, como salvar e um terceiro exercício.
#
# ### Redes que funcionam com música
#
# A nossa rede não generaliza bem, mas outras generalizam. Muitas usam espectrogramas, nos quais pequenos deslocamentos no tempo importam menos. *SoundStream* e *EnCodec* são autoencoders convolucionais com códigos quantizados, que reconstroem fala e música com poucos bits por segundo. O *MusicVAE* é um autoencoder variacional de melodias em notas. **Um desafio:** ouça as interpolações publicadas por seus autores e compare-as com a mistura da seção 9.
#
# ### Há cópias entre as faixas?
#
# A **correlação cruzada** mede a semelhança de duas faixas em cada atraso possível. A transformada de Fourier a calcula para todos os atrasos de uma vez. Uma cópia de uma faixa teria o valor 1.
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
# A track has {{ itself }} with itself. The most similar pair of a held-out and a training track has {{ twin }}, so no held-out track of GTZAN is a copy of a training track. This test does not find other recordings of the same piece or by the same musicians.
#
# ### Compression in bytes: FLAC and OGG
#
# How does the code compare with common audio formats? FLAC is lossless. OGG Vorbis leaves out what the ear notices least.
# %% [markdown] lang="pt-BR"
# Uma faixa tem {{ itself }} consigo mesma. O par mais parecido de uma faixa reservada e uma de treino tem {{ twin }}; portanto, nenhuma faixa reservada do GTZAN é cópia de uma de treino. Este teste não encontra outras gravações da mesma peça ou dos mesmos músicos.
#
# ### Compressão em bytes: FLAC e OGG
#
# Como o código se compara com formatos comuns de áudio? O FLAC não perde nada. O OGG Vorbis deixa de fora o que o ouvido menos nota.
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
# OGG is better than the network in both respects: {{ ogg_ratio }} : 1 at {{ ogg_snr }} dB, and it was not fitted to this music. FLAC compresses less, {{ flac_ratio }} : 1, but loses nothing; its dB are those of rounding to 16 bits. As a codec this network is not useful.
#
# ### Saving encoder and decoder
#
# A sender needs only the encoder and a receiver only the decoder, so we save them in separate files. `safe_mode=True` refuses files that would run code when loaded. We check that the loaded models give exactly the same output.
# %% [markdown] lang="pt-BR"
# O OGG é melhor que a rede nos dois aspectos: {{ ogg_ratio }} : 1 com {{ ogg_snr }} dB, e ele não foi ajustado a esta música. O FLAC comprime menos, {{ flac_ratio }} : 1, mas não perde nada; seus dB são os do arredondamento a 16 bits. Como codec, esta rede não é útil.
#
# ### Salvar codificador e decodificador
#
# Quem envia só precisa do codificador, e quem recebe, do decodificador; por isso os salvamos em arquivos separados. `safe_mode=True` recusa arquivos que executariam código ao serem carregados. Conferimos se os modelos carregados dão exatamente a mesma saída.
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
# ### Exercise 3: cross-fading the seams
#
# The network reconstructs each segment on its own, so the sound jumps where two segments meet.
#
# Reconstruct the test tracks twice, once as usual and once shifted by half a segment, and cross-fade the two versions. Where one version has a seam, only the other should count. The weight of the usual version is a triangle over each segment, 0 at its ends and 1 in the middle. Put the result into `x_smooth`. The first and the last half segment stay as they are.
# %% [markdown] lang="pt-BR"
# ### Exercício 3: suavizar as emendas
#
# A rede reconstrói cada trecho separadamente; por isso, o som salta onde dois trechos se encontram.
#
# Reconstrua as faixas de teste duas vezes, uma como sempre e outra deslocada de meio trecho, e combine gradualmente as duas versões (*cross-fade*). Onde uma versão tem emenda, só a outra deve contar. O peso da versão usual é um triângulo em cada trecho, 0 nas pontas e 1 no meio. Ponha o resultado em `x_smooth`. O primeiro e o último meio trecho ficam como estão.
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
# ## References
#
# The network of section 3, its settings, the 50 training tracks and the mixture of codes come from Eduardo Lobo Lustosa Cabral's lecture "Autoencoders - Parte 2". MusicVAE is the challenge of the lesson "Autoencoders" of AI For Beginners.
#
# - G. Tzanetakis, P. Cook, *Musical genre classification of audio signals*, IEEE Transactions on Speech and Audio Processing 10(5), 2002.
# - B. L. Sturm, *The GTZAN dataset: its contents, its faults, their effects on evaluation, and its future use*, arXiv:1306.1461, 2013.
# - D. P. Kingma, J. Ba, *Adam: a method for stochastic optimization*, arXiv:1412.6980, 2014.
# - N. Zeghidour et al., *SoundStream: an end-to-end neural audio codec*, arXiv:2107.03312, 2021.
# - A. Défossez et al., *High fidelity neural audio compression*, arXiv:2210.13438, 2022 (EnCodec).
# - A. Roberts et al., *A hierarchical latent vector model for learning long-term structure in music*, arXiv:1803.05428, 2018 (MusicVAE).
# - B. McFee et al., *librosa: audio and music signal analysis in Python*, 14th Python in Science Conference, 2015.
#
# Next: lesson 07, sequences. Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# ## Referências
#
# A rede da seção 3, suas configurações, as 50 faixas de treino e a mistura de códigos vêm da aula "Autoencoders - Parte 2", de Eduardo Lobo Lustosa Cabral. O MusicVAE é o desafio da lição "Autoencoders" do curso AI For Beginners.
#
# - G. Tzanetakis, P. Cook, *Musical genre classification of audio signals*, IEEE Transactions on Speech and Audio Processing 10(5), 2002.
# - B. L. Sturm, *The GTZAN dataset: its contents, its faults, their effects on evaluation, and its future use*, arXiv:1306.1461, 2013.
# - D. P. Kingma, J. Ba, *Adam: a method for stochastic optimization*, arXiv:1412.6980, 2014.
# - N. Zeghidour et al., *SoundStream: an end-to-end neural audio codec*, arXiv:2107.03312, 2021.
# - A. Défossez et al., *High fidelity neural audio compression*, arXiv:2210.13438, 2022 (EnCodec).
# - A. Roberts et al., *A hierarchical latent vector model for learning long-term structure in music*, arXiv:1803.05428, 2018 (MusicVAE).
# - B. McFee et al., *librosa: audio and music signal analysis in Python*, 14th Python in Science Conference, 2015.
#
# A seguir: a aula 07, sequências. Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
