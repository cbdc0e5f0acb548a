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
# - build a small convolutional network that generalises to new music, also to your own;
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
# - montar uma rede convolucional pequena que generaliza para música nova, inclusive a sua;
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
def waves(names, originals, alt, rebuilt=None):
    """Whole waveforms of up to eight tracks on one scale, with their reconstructions in front."""
    # pt: """Ondas inteiras de até oito faixas na mesma escala, com as reconstruções na frente."""
    rows = (len(names) + 1) // 2
    fig, axes = plt.subplots(rows, 2, figsize=(12, 2.1 * rows), sharex=True, sharey=True)
    for i, ax in zip(range(len(names)), axes.flat):
        librosa.display.waveshow(originals[i], sr=RATE, ax=ax, color=plot.BLUE, label="original")
        if rebuilt is not None:
            librosa.display.waveshow(rebuilt[i], sr=RATE, ax=ax, color=plot.ORANGE, label="x_hat")
        ax.set(xlabel="", ylim=(-1, 1), xticks=range(0, 17, 4))
        ax.set_title(names[i], fontsize=14)
    for ax in axes[-1]:
        ax.set_xlabel("time (s)")
    fig.supylabel("amplitude (peak 1)")  # pt: "amplitude (pico 1)"
    if rebuilt is not None:
        fig.legend(
            *axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False
        )
    plot.show(fig, alt)


# %%
eight = np.unique(np.linspace(0, len(x_train) - 1, 8).astype(int))
waves(
    [tracks.names_train[i] for i in eight],
    x_train[eight],
    alt="Waveforms of training tracks from -1 to 1: loud and quiet passages alternate; some stay below the peak.",
    # pt: "Ondas de faixas de treino de -1 a 1: trechos fortes e fracos se alternam; algumas não chegam ao pico."
)
# %% [markdown] lang="en"
# At this scale you see only the **envelope**, the loudness over time.
#
# **What you can listen to.** GTZAN has no licence, so its sound must not be published, not even inside a notebook. The pictures and values of this lesson are about the data loaded above. The *players* play pieces that come with the course, reconstructed by the same network. With `LISTEN = True` you can listen to your own copy of GTZAN and to its reconstructions; do not share a notebook that you ran this way.
# %% [markdown] lang="pt-BR"
# Nesta escala, só se vê a **envoltória**, a intensidade ao longo do tempo.
#
# **O que você pode ouvir.** O GTZAN não tem licença, e por isso seu som não pode ser publicado, nem dentro de um notebook. As figuras e os valores desta aula tratam dos dados carregados acima. Os *players* tocam peças que acompanham o curso, reconstruídas pela mesma rede. Com `LISTEN = True`, você pode ouvir a sua cópia do GTZAN e as reconstruções dela; não compartilhe um notebook executado assim.
# %%
LISTEN = False
SEGMENT = 4096
CLIP = 6 * SEGMENT  # length of what the players play: 3 seconds keep the notebook small
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
segments_train, segments_val = audio.cut(x_train, SEGMENT), audio.cut(x_val, SEGMENT)
difference = np.abs(audio.join(segments_train, LENGTH) - x_train).max()
print(segments_train.shape, segments_val.shape)
print(
    f"largest difference after joining: {difference}"
)  # pt: f"maior diferença depois de juntar: {difference}"
# %% tags=["claims"]
claims.check(tracks.source, segments=len(segments_train), cut_difference=difference)
# %%
seconds = np.arange(3 * SEGMENT) / RATE
fig, ax = plt.subplots(figsize=(12, 3.6))
for i in range(3):
    here = slice(i * SEGMENT, (i + 1) * SEGMENT)
    ax.plot(seconds[here], x_train[0, here], color=plot.LINE_COLOURS[i], linewidth=0.8)
    ax.axvline(i * SEGMENT / RATE, color="0.3", linestyle=":")
    ax.text((i + 0.5) * SEGMENT / RATE, 1.05, f"segment {i}", ha="center")  # pt: f"trecho {i}"
ax.set(xlabel="time (s)", ylabel="amplitude", ylim=(-1, 1.3), xlim=(0, seconds[-1]))
plot.show(
    fig,
    alt="The first three segments of a track in three colours; the sound continues across the dotted cuts.",
    # pt: "Os três primeiros trechos de uma faixa em três cores; o som continua através dos cortes pontilhados."
)


# %% [markdown] lang="en"
# The largest difference is {{ cut_difference }}: nothing is lost. The {{ segments }} training segments of GTZAN form a tensor of shape `(1600, 4096, 1)`. The last axis holds the channels, which a convolutional layer expects. Mono sound has one channel; stereo would have two.
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
# A maior diferença é {{ cut_difference }}: nada se perde. Os {{ segments }} trechos de treino do GTZAN formam um tensor de formato `(1600, 4096, 1)`. O último eixo é o dos canais, que uma camada convolucional espera receber. O som mono tem um canal; o estéreo teria dois.
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
def build_encoder(size, code_size):
    """From segments (n, size, 1) to codes (n, code_size)."""
    # pt: """De trechos (n, size, 1) a códigos (n, code_size)."""
    encoder = keras.Sequential([keras.Input((size, 1))], name="encoder")
    for channels in (32, 32, 64, 64):
        encoder.add(layers.Conv1D(channels, 3, strides=2, padding="same", activation="leaky_relu"))
    encoder.add(layers.Flatten())
    encoder.add(layers.Dense(code_size, name="code"))
    return encoder


def build_decoder(size, code_size):
    """From codes (n, code_size) to segments (n, size, 1)."""
    # pt: """De códigos (n, code_size) a trechos (n, size, 1)."""
    decoder = keras.Sequential([keras.Input((code_size,))], name="decoder")
    decoder.add(layers.Dense(size // 16 * 64))
    decoder.add(layers.Reshape((size // 16, 64)))
    for channels in (64, 64, 32, 32):
        layer = layers.Conv1DTranspose(channels, 3, strides=2, padding="same", activation="leaky_relu")
        decoder.add(layer)
    decoder.add(layers.Conv1D(1, 1, activation="tanh", name="x_hat"))
    return decoder


# %%
CODE = settings.pick(quick=128, class_=1024, full=1024)
keras.utils.set_random_seed(settings.seed())
encoder, decoder = build_encoder(SEGMENT, CODE), build_decoder(SEGMENT, CODE)
autoencoder = keras.Sequential([encoder, decoder], name="autoencoder")
encoder.summary()
decoder.summary()
# %% tags=["claims"]
claims.compare(
    tracks.source,
    F9_encoder=encoder.count_params(),
    F9_decoder=decoder.count_params(),
    F9_parameters=autoencoder.count_params(),
)


# %% [markdown] lang="en"
# The network has {{ F9_parameters }} weights. Nearly all of them are in the two dense layers, between 16,384 and 1,024 values. That makes about 20,000 weights for each training segment of GTZAN, so overfitting is likely.
#
# **A trap in a name.** The reference calls this model a *variational* autoencoder, but it is a plain one. Its encoder returns one code, not a mean and a variance. It samples nothing, and its loss has no KL divergence. Lesson 08 builds a variational autoencoder.
#
# ## 4. Training and the loss of silence
#
# The loss is the mean squared error. We also report the mean absolute error (MAE), which has the unit of the amplitude. To read both we need a baseline, *silence*: an output of zeros. Its squared error is the mean square of the samples, the **power** of the music. We need it for the training tracks and for the validation tracks, because one set may be louder than the other.
# %% [markdown] lang="pt-BR"
# A rede tem {{ F9_parameters }} pesos. Quase todos estão nas duas camadas densas, entre 16.384 e 1.024 valores. São cerca de 20.000 pesos para cada trecho de treino do GTZAN; portanto, o sobreajuste é provável.
#
# **Uma armadilha no nome.** A referência chama este modelo de autoencoder *variacional*, mas ele é um autoencoder comum. Seu codificador devolve um código, não uma média e uma variância. Ele não sorteia nada, e seu custo não tem divergência KL. A aula 08 monta um autoencoder variacional.
#
# ## 4. O treino e o custo do silêncio
#
# A função de custo é o erro quadrático médio. Informamos também o erro absoluto médio (MAE), que tem a unidade da amplitude. Para ler os dois, precisamos de uma linha de base, o *silêncio*: uma saída só de zeros. Seu erro quadrático é a média dos quadrados das amostras, a **potência** da música. Precisamos dela nas faixas de treino e nas de validação, porque um conjunto pode ser mais forte que o outro.
# %%
def mae(x, x_hat):
    """Mean absolute error over samples and tracks."""
    # pt: """Erro absoluto médio sobre amostras e faixas."""
    return float(np.mean(np.abs(x - x_hat)))


power, power_val = (float(np.mean(x**2)) for x in (x_train, x_val))
print(f"power of the training tracks {power:.4f}, of the validation tracks {power_val:.4f}")
# pt: f"potência das faixas de treino {power:.4f}, das de validação {power_val:.4f}"
print(f"MAE of silence: training {mae(x_train, 0):.4f}, validation {mae(x_val, 0):.4f}")
# pt: f"MAE do silêncio: treino {mae(x_train, 0):.4f}, validação {mae(x_val, 0):.4f}"
# %% tags=["claims"]
claims.check(
    tracks.source,
    power=power,
    power_val=power_val,
    silence_train=mae(x_train, 0),
    silence_val=mae(x_val, 0),
)
# %% [markdown] lang="en"
# Silence has a loss of {{ power }} on the training tracks of GTZAN and {{ power_val }} on its validation tracks, which are louder. A loss near the first value in training, or near the second in validation, means that the network has learnt nothing but the mean.
#
# In the profiles `quick` and `class` we use a learning-rate schedule: a linear warm-up followed by a cosine decay. We also set the constant `epsilon` of Adam to `1e-12`; "Going further" gives the reason. Profile `full` uses the settings of the reference: `epsilon=1e-7` and a learning rate of `1e-3` divided by `1 + 0.002 * step`.
#
# If the training is interrupted, run the cells again and it continues.
# %% [markdown] lang="pt-BR"
# O silêncio tem um custo de {{ power }} nas faixas de treino do GTZAN e de {{ power_val }} nas de validação, que são mais fortes. Um custo próximo do primeiro valor no treino, ou do segundo na validação, significa que a rede não aprendeu nada além da média.
#
# Nos perfis `quick` e `class`, usamos um cronograma da taxa de aprendizado: aquecimento linear (*warm-up*) e depois decaimento em cosseno. Também fixamos a constante `epsilon` do Adam em `1e-12`; a seção "Para ir além" explica por quê. O perfil `full` usa as configurações da referência: `epsilon=1e-7` e uma taxa de `1e-3` dividida por `1 + 0.002 * passo`.
#
# Se o treino for interrompido, rode as células de novo e ele continua.
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
history, seconds_network = train(autoencoder, segments_train, segments_val, steps, peak=2e-3)


# %%
def losses(training, validation, silence, ylabel, alt):
    """Training (dashed) and validation (solid) curves; dotted, silence on each set."""
    # pt: """Curvas de treino (tracejada) e validação (cheia); pontilhado, o silêncio em cada conjunto."""
    fig, ax = plt.subplots(figsize=(12, 4.5))
    epochs = np.arange(1, len(training) + 1)
    ax.plot(epochs, training, "--o", color=plot.BLUE, label="training", markersize=4)
    # pt: "treino"
    ax.plot(epochs, validation, "-o", color=plot.RED, label="validation", markersize=4)
    # pt: "validação"
    ax.axhline(silence[0], color=plot.BLUE, linestyle=":", label="silence, training tracks")
    # pt: "silêncio, faixas de treino"
    ax.axhline(silence[1], color=plot.RED, linestyle=":", label="silence, validation tracks")
    # pt: "silêncio, faixas de validação"
    ax.set(xlabel="epoch", ylabel=ylabel, ylim=(0, None))
    fig.legend(frameon=False, loc="outside right center")
    plot.show(fig, alt)


# %%
curves = history.history
losses(
    curves["loss"],
    curves["val_loss"],
    (power, power_val),
    "mean squared error",
    alt="Both curves start at their dotted line of silence; training falls almost to zero, validation stops early.",
    # pt: "As duas curvas partem da sua linha do silêncio; a de treino cai quase a zero, a de validação logo para."
)


# %%
def rebuild(model, x):
    """Tracks (n, length) cut, passed through `model` segment by segment, and joined again."""
    # pt: """Faixas (n, length) cortadas, passadas trecho a trecho por `model` e emendadas de novo."""
    segments = model.predict(audio.cut(x, SEGMENT), batch_size=BATCH, verbose=0)
    return audio.join(segments, x.shape[1])


# %%
x_hat_train, x_hat_test = rebuild(autoencoder, x_train), rebuild(autoencoder, x_test)
loss, loss_val = float(np.mean((x_train - x_hat_train) ** 2)), curves["val_loss"][-1]
print(
    f"loss: training {loss:.4f}, validation {loss_val:.4f}"
)  # pt: f"custo: treino {loss:.4f}, validação {loss_val:.4f}"
print(f"MAE: training {mae(x_train, x_hat_train):.4f}")  # pt: f"MAE: treino {mae(x_train, x_hat_train):.4f}"
# %% tags=["claims"]
claims.compare(tracks.source, F9_loss=loss, F9_mae=mae(x_train, x_hat_train), loss_val=loss_val)
# %% [markdown] lang="en"
# On the training tracks the loss reaches {{ F9_loss }} and the MAE {{ F9_mae }}. The reference reports {{ F9_loss.source }} and {{ F9_mae.source }} after 20 epochs, and an MAE below 0.01 after 300.
#
# Now compare the curves with their dotted lines. The training loss falls to a small fraction of that of silence. The validation loss soon stops falling; it ends at {{ loss_val }}, against {{ power_val }} for silence on the same tracks. The network has learnt something that holds for new tracks, but not much. The gap between the two curves is **overfitting**.
#
# ## 5. Looking and listening
#
# The first figure shows whole tracks, four from training and four from the test, with the reconstruction in front of the original. The second shows 30 milliseconds of the same tracks. The reference shows training tracks only.
# %% [markdown] lang="pt-BR"
# Nas faixas de treino, o custo chega a {{ F9_loss }}, e o MAE, a {{ F9_mae }}. A referência informa {{ F9_loss.source }} e {{ F9_mae.source }} após 20 épocas, e um MAE abaixo de 0,01 após 300.
#
# Agora compare as curvas com as suas linhas pontilhadas. O custo de treino cai a uma pequena fração do custo do silêncio. O de validação logo para de cair; termina em {{ loss_val }}, contra {{ power_val }} do silêncio nas mesmas faixas. A rede aprendeu algo que vale para faixas novas, mas não muito. A distância entre as duas curvas é o **sobreajuste** (*overfitting*).
#
# ## 5. Ver e ouvir
#
# A primeira figura mostra faixas inteiras, quatro de treino e quatro de teste, com a reconstrução na frente do original. A segunda mostra 30 milissegundos das mesmas faixas. A referência mostra só faixas de treino.
# %%
known, unseen = (np.unique(np.linspace(0, len(x) - 1, 4).astype(int)) for x in (x_train, x_test))
names = [tracks.names_train[i] for i in known] + [tracks.names_test[i] for i in unseen]
originals = np.concatenate([x_train[known], x_test[unseen]])
rebuilt = np.concatenate([x_hat_train[known], x_hat_test[unseen]])
waves(
    names,
    originals,
    rebuilt=rebuilt,
    alt="Whole tracks, reconstruction before original: training covers almost all of it, test leaves wide margins.",
    # pt: "Faixas inteiras, reconstrução na frente: no treino ela cobre quase tudo; no teste sobram margens largas."
)


# %%
def overlays(names, originals, rebuilt, alt, start=80_000, count=240):
    """`count` samples of some tracks: the original wide and pale, the reconstruction thin."""
    # pt: """`count` amostras de algumas faixas: o original largo e claro, a reconstrução fina."""
    rows = (len(names) + 1) // 2
    fig, axes = plt.subplots(rows, 2, figsize=(12, 2.1 * rows), sharex=True, sharey=True)
    time_ms, here = 1000 * np.arange(count) / RATE, slice(start, start + count)
    for ax, name, x, x_hat in zip(axes.flat, names, originals, rebuilt):
        ax.plot(time_ms, x[here], color=plot.SKY, linewidth=4, label="original")
        ax.plot(time_ms, x_hat[here], color=plot.RED, linewidth=1.5, label="x_hat")
        ax.set_title(name, fontsize=14)
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False)
    fig.supylabel("amplitude")
    fig.supxlabel("time (ms)")  # pt: "tempo (ms)"
    plot.show(fig, alt)


# %%
overlays(
    names,
    originals,
    rebuilt,
    alt="Pairs of curves on one scale: training reconstructions follow the original, test reconstructions miss it.",
    # pt: "Pares de curvas na mesma escala: no treino a reconstrução segue o original, no teste ela se desvia."
)


# %% [markdown] lang="en"
# The training reconstructions follow the original, with small deviations. The test reconstructions miss many oscillations, and their waveforms are smaller than the originals.
#
# We hear frequencies rather than waveforms. A **mel spectrogram** shows the strength of each frequency over time. On the *mel scale* equal steps sound equally far apart, so low notes get more room than high ones. The colours are decibels (dB) below the loudest point of the original.
# %% [markdown] lang="pt-BR"
# As reconstruções de treino seguem o original com pequenos desvios. As de teste perdem muitas oscilações, e suas ondas são menores que as originais.
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
    fig, axes = plt.subplots(
        len(rows), 2, figsize=(12, 3.3 * len(rows)), sharex=True, sharey=True, squeeze=False
    )
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


# %% cover=[0.082, 0.665, 0.44, 0.925] built={"en": "an autoencoder for sound, and mixtures of two melodies", "pt-BR": "um autoencoder para sons e misturas de duas melodias"}
new = pieces.x_test[:2]  # two pieces of the course  # pt: duas peças do curso
new_hat = rebuild(autoencoder, new)
HALF = LENGTH // 2
mel_rows(
    {
        tracks.names_train[0]: (x_train[0, :HALF], x_hat_train[0, :HALF]),
        tracks.names_test[0]: (x_test[0, :HALF], x_hat_test[0, :HALF]),
        pieces.names_test[0]: (new[0, :HALF], new_hat[0, :HALF]),
    },
    alt="Mel spectrograms: at the right the strongest notes remain and noise fills the gaps, most in the new sounds.",
    # pt: "Espectrogramas mel: à direita restam as notas mais fortes, e o ruído enche o resto, mais nos sons novos."
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
listening = {
    f"{tracks.names_train[0]}: original": x_train[0],
    f"{tracks.names_train[0]}: x_hat": x_hat_train[0],
    f"{tracks.names_test[0]}: x_hat": x_hat_test[0],
}
audio.play(listening, tracks.source, my_copy=LISTEN)  # only with LISTEN = True  # pt: só com LISTEN = True


# %% [markdown] lang="en"
# ## 6. Signal-to-noise ratio and overfitting
#
# The **signal-to-noise ratio** (SNR) compares the power of the signal with the power of the error:
#
# $$\mathrm{SNR} = 10 \log_{10} \frac{\sum_t x_t^2}{\sum_t (x_t - \hat x_t)^2}\ \text{dB}$$
#
# At 0 dB the error is as strong as the music; silence scores 0 dB. At 10 dB the error has a tenth of the power, at 20 dB a hundredth.
#
# The next figure has one bar for each track.
#
# **Predict:** how many dB separate training tracks and test tracks?
# %% [markdown] lang="pt-BR"
# ## 6. Relação sinal-ruído e sobreajuste
#
# A **relação sinal-ruído** (SNR) compara a potência do sinal com a potência do erro:
#
# $$\mathrm{SNR} = 10 \log_{10} \frac{\sum_t x_t^2}{\sum_t (x_t - \hat x_t)^2}\ \text{dB}$$
#
# Com 0 dB, o erro é tão forte quanto a música; é o valor do silêncio. Com 10 dB, o erro tem um décimo da potência; com 20 dB, um centésimo.
#
# A próxima figura tem uma barra por faixa.
#
# **Arrisque:** quantos dB separam as faixas de treino das faixas de teste?
# %%
def median_snr(x, x_hat):
    """SNR in dB of the track in the middle: half of the tracks have more."""
    # pt: """SNR em dB da faixa do meio: metade das faixas tem mais."""
    return float(np.median(audio.snr(x, x_hat)))


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
    alt="Bars of SNR in falling order, dotted medians: every test track is lower than the median training track.",
    # pt: "Barras de SNR em ordem, medianas pontilhadas: toda faixa de teste fica abaixo da mediana do treino."
)
print(f"median: training {np.median(snr_train):.1f} dB, test {np.median(snr_test):.1f} dB")
# pt: f"mediana: treino {np.median(snr_train):.1f} dB, teste {np.median(snr_test):.1f} dB"
# %% tags=["claims"]
claims.check(tracks.source, snr_train=float(np.median(snr_train)), snr_test=float(np.median(snr_test)))


# %% [markdown] lang="en"
# **A trap: evaluating on training data.** The reference plays and plots training tracks only, where our median is {{ snr_train }} dB. On test tracks the same network has {{ snr_test }} dB. Training tracks show how well the network has memorised them. Only held-out tracks show what it generalises.
#
# ## 7. Baselines and the latent dimension
#
# Which other methods describe 4,096 samples with 1,024 values? *Silence* needs no values. The *quarter* of section 5 learns nothing and has no parameters. **PCA** finds the best linear code of the training segments.
# %% [markdown] lang="pt-BR"
# **Uma armadilha: avaliar nos dados de treino.** A referência só toca e mostra faixas de treino, nas quais a nossa mediana é de {{ snr_train }} dB. Nas faixas de teste, a mesma rede tem {{ snr_test }} dB. As faixas de treino mostram quanto a rede memorizou. Só as faixas reservadas mostram o que ela generaliza.
#
# ## 7. Linhas de base e a dimensão latente
#
# Que outros métodos descrevem 4.096 amostras com 1.024 valores? O *silêncio* não precisa de nenhum valor. O *quarto das amostras* da seção 5 não aprende nada e não tem parâmetros. A **PCA** encontra o melhor código linear dos trechos de treino.
# %%
def fit_pca(x, frame):
    """PCA of the frames of `frame` samples of the tracks `x`: one component for four samples."""
    # pt: """PCA dos quadros de `frame` amostras das faixas `x`: um componente a cada quatro amostras."""
    frames = x.reshape(-1, frame)
    components = min(CODE * frame // SEGMENT, len(frames) - 1)
    return PCA(components, svd_solver="full" if frame == SEGMENT else "covariance_eigh").fit(frames)


def pca_rebuild(pca, x, kept=None):
    """Tracks rebuilt frame by frame from their first `kept` principal components (None: all)."""
    # pt: """Faixas refeitas quadro a quadro dos `kept` primeiros componentes principais (None: todos)."""
    frames = x.reshape(-1, pca.n_features_in_)
    codes = pca.transform(frames)[:, :kept]
    return (codes @ pca.components_[:kept] + pca.mean_).reshape(x.shape)


# %%
both = x_train, x_test
start = time.perf_counter()
pca = fit_pca(x_train, SEGMENT)
seconds_pca = time.perf_counter() - start
baselines = {
    "silence": ([0 * x for x in both], 0, 0),
    "a quarter of the samples": ([quarter(x) for x in both], 0, 0),  # pt: "um quarto das amostras"
    "PCA of segments": ([pca_rebuild(pca, x) for x in both], pca.components_.size + SEGMENT, seconds_pca),
    # pt: "PCA de trechos"
    "dense-code network": ([x_hat_train, x_hat_test], autoencoder.count_params(), seconds_network),
    # pt: "rede de código denso"
}


# %%
def compare(methods):
    """Table of MAE and SNR of each method; returns its SNR in dB on training and test tracks."""
    # pt: """Tabela de MAE e SNR de cada método; devolve sua SNR em dB nas faixas de treino e de teste."""
    ratios, rows = {}, []
    for name, (rebuilt, parameters, spent) in methods.items():
        ratios[name] = [median_snr(x, x_hat) for x, x_hat in zip(both, rebuilt)]
        cells = [text.number(mae(x, x_hat), ".4f") for x, x_hat in zip(both, rebuilt)]
        cells += [text.number(ratio, ".1f") for ratio in ratios[name]]
        rows.append((name, *cells, text.number(parameters, ",d"), text.number(spent, ",.0f")))
    header = "method", "MAE, training", "MAE, test", "SNR, training", "SNR, test", "parameters", "seconds"
    # pt: "método", "MAE, treino", "MAE, teste", "SNR, treino", "SNR, teste", "parâmetros", "segundos"
    text.table(header, rows, "SNR: median of the tracks, in dB")  # pt: "SNR: mediana das faixas, em dB"
    return ratios


# %%
_, quarters, linear, network = compare(baselines).values()
_, quarter_row, _, network_row = baselines.values()
# %% tags=["claims"]
claims.check(tracks.source, quarter_snr_test=quarters[1], pca_snr_train=linear[0], pca_snr_test=linear[1])
# %% [markdown] lang="en"
# **Training tracks: PCA has {{ pca_snr_train }} dB**, with an eighth of the parameters. It has 1,024 directions for {{ segments }} segments, so it can repeat most of what it was fitted to.
#
# **Test tracks: the plain quarter has {{ quarter_snr_test }} dB**, PCA {{ pca_snr_test }} dB, and the network is better than silence only. The quarter keeps the frequencies below 1 kHz, which hold most of the power of this music, and it has nothing to overfit.
#
# Does a smaller code help against overfitting? We vary the **latent dimension**. For PCA this takes seconds, because its first *k* components are the best code with *k* values. We do it for segments of 4,096 samples and for short **frames** of 512 samples. Both curves have the same number of values per second.
#
# **Predict:** which of the two overfits, and from which code size on?
# %% [markdown] lang="pt-BR"
# **Faixas de treino: a PCA tem {{ pca_snr_train }} dB**, com um oitavo dos parâmetros. Ela tem 1.024 direções para {{ segments }} trechos e consegue, assim, repetir quase tudo aquilo a que foi ajustada.
#
# **Faixas de teste: o simples quarto das amostras tem {{ quarter_snr_test }} dB**, a PCA, {{ pca_snr_test }} dB, e a rede só ganha do silêncio. O quarto das amostras conserva as frequências abaixo de 1 kHz, que têm a maior parte da potência desta música, e não tem como sofrer sobreajuste.
#
# Um código menor evita o sobreajuste? Variamos a **dimensão latente**. Com a PCA isso leva segundos, porque os seus *k* primeiros componentes são o melhor código de *k* valores. Fazemos isso com trechos de 4.096 amostras e com **quadros** curtos, de 512 amostras. As duas curvas têm o mesmo número de valores por segundo.
#
# **Arrisque:** qual dos dois sofre sobreajuste, e a partir de que tamanho de código?
# %%
frame_pca = fit_pca(x_train, 512)
fig, ax = plt.subplots(figsize=(9, 4.5))
# Samples for each value of the code, from 64 to 4 in profile class.
# pt: Amostras para cada valor do código, de 64 a 4 no perfil class.
shares = SEGMENT // CODE * np.array([16, 8, 4, 2, 1])
for label, model, colour in (("4,096 samples", pca, plot.RED), ("512 samples", frame_pca, plot.BLUE)):
    # pt: "4.096 amostras", "512 amostras"
    sizes = np.minimum(model.n_features_in_ // shares, model.n_components_)
    for x, style, part in ((x_train, "--o", "training"), (x_test, "-s", "test")):  # pt: "treino", "teste"
        curve = [median_snr(x, pca_rebuild(model, x, kept)) for kept in sizes]
        ax.plot(RATE / shares, curve, style, color=colour, label=f"{label}, {part}")
ax.set(xscale="log", xlabel="values per second", ylabel="SNR (dB)", xticks=RATE / shares)
# pt: "valores por segundo"
ax.xaxis.set_major_formatter(lambda value, _: text.number(value, ",.0f"))
ax.minorticks_off()
ax.legend(frameon=False)
plot.show(
    fig,
    alt="SNR rises with the values per second. For 4,096 samples training is far above test; for 512 they agree.",
    # pt: "A SNR cresce com os valores por segundo. Com 4.096 amostras, treino bem acima de teste; com 512, iguais."
)
# %%
frames_snr_test = median_snr(x_test, pca_rebuild(frame_pca, x_test))
print(
    f"PCA of frames, test tracks: {frames_snr_test:.1f} dB"
)  # pt: f"PCA de quadros, faixas de teste: {frames_snr_test:.1f} dB"
# %% tags=["claims"]
claims.check(tracks.source, frames_snr_test=frames_snr_test)
# %% [markdown] lang="en"
# For segments of 4,096 samples, the training and test curves separate at every code size, and the gap grows with the latent dimension.
#
# The reason is the number of examples: {{ segments }} segments are too few for directions in a space of 4,096 dimensions. For frames of 512 samples there are eight times as many examples in a space with an eighth of the dimensions, and the two curves stay together. At the largest code, frames give {{ frames_snr_test }} dB on test tracks.
#
# ## 8. A small network that generalises
#
# We use the same idea in a network without dense layers. The encoder is a single convolution: its kernels are 1,024 samples long and move in steps of 256, so neighbouring frames overlap. At each step, 64 kernels give 64 values, again one value for four samples. The decoder is one transposed convolution. Neither has an activation function, so this network is **linear**.
#
# Such a network is *fully convolutional*: it applies the same weights at every step. It takes sound of any length, so we can pass whole tracks without seams. Training is the same as before.
# %% [markdown] lang="pt-BR"
# Com trechos de 4.096 amostras, as curvas de treino e de teste se separam em todos os tamanhos de código, e a distância cresce com a dimensão latente.
#
# A razão é o número de exemplos: {{ segments }} trechos são poucos para achar direções em um espaço de 4.096 dimensões. Com quadros de 512 amostras, há oito vezes mais exemplos em um espaço com um oitavo das dimensões, e as duas curvas ficam juntas. No maior código, os quadros dão {{ frames_snr_test }} dB nas faixas de teste.
#
# ## 8. Uma rede pequena que generaliza
#
# Usamos a mesma ideia em uma rede sem camadas densas. O codificador é uma única convolução: seus kernels têm 1.024 amostras e andam em passos de 256; assim, quadros vizinhos se sobrepõem. Em cada passo, 64 kernels dão 64 valores, de novo um valor para quatro amostras. O decodificador é uma convolução transposta. Nenhum dos dois tem função de ativação; esta rede é, portanto, **linear**.
#
# Uma rede assim é *totalmente convolucional*: aplica os mesmos pesos em cada passo. Ela aceita som de qualquer duração, e por isso passamos faixas inteiras, sem emendas. O treino é o mesmo de antes.
# %%
HOP, WINDOW = 256, 1024
keras.utils.set_random_seed(settings.seed())
small_encoder = keras.Sequential(
    [
        keras.Input((None, 1)),
        layers.Conv1D(HOP // 4, WINDOW, strides=HOP, padding="same", use_bias=False),
    ]
)
small_decoder = keras.Sequential(
    [
        keras.Input((None, HOP // 4)),
        layers.Conv1DTranspose(1, WINDOW, strides=HOP, padding="same", use_bias=False),
    ]
)
small = keras.Sequential([small_encoder, small_decoder])
_, seconds_small = train(small, segments_train, segments_val, steps, peak=3e-3)


# %%
def rebuild_whole(model, x):
    """Tracks (n, length) passed through a fully convolutional `model` at their full length."""
    # pt: """Faixas (n, length) passadas por um `model` totalmente convolucional em toda a sua duração."""
    return model.predict(x[:, :, None], batch_size=8, verbose=0)[:, :, 0]


# %%
small_row = ([rebuild_whole(small, x) for x in both], small.count_params(), seconds_small)
frame_row = ([pca_rebuild(frame_pca, x) for x in both], frame_pca.components_.size + 512, 0)
ratios = compare(
    {
        "dense-code network": network_row,  # pt: "rede de código denso"
        "a quarter of the samples": quarter_row,  # pt: "um quarto das amostras"
        "PCA of frames": frame_row,  # pt: "PCA de quadros"
        "small network": small_row,  # pt: "rede pequena"
    }
)
*_, small_snr = ratios.values()
del baselines, network_row, quarter_row, small_row, frame_row  # frees memory  # pt: libera memória
new_small = rebuild_whole(small, new)
new_snr = [float(audio.snr(new, x_hat).mean()) for x_hat in (new_hat, quarter(new), new_small)]
print("the course's two pieces (dB):", " ".join(f"{ratio:.1f}" for ratio in new_snr))
# pt: "as duas peças do curso (dB):"
# %% tags=["claims"]
claims.check(
    tracks.source,
    small_parameters=small.count_params(),
    small_snr_train=small_snr[0],
    small_snr_test=small_snr[1],
    small_gain=small_snr[1] - quarters[1],
    new_snr=new_snr[0],
    new_small=new_snr[2],
)
# %% [markdown] lang="en"
# On test tracks the small network has {{ small_snr_test }} dB, {{ small_gain }} dB more than the quarter. On training tracks it has {{ small_snr_train }} dB: the gap between the two is small. It has {{ small_parameters }} weights, and it was trained for as many steps as the network of section 3.
#
# Why does it work? The same kernels serve all positions, so every step of every track is an example. The kernels cannot memorise a track, but they can learn which frequencies this music uses. PCA of frames learns this too. The small network also overlaps its frames, so it has no seams.
#
# Now listen again. On the two new pieces of the course the first network has {{ new_snr }} dB on average and the small network {{ new_small }} dB.
# %% [markdown] lang="pt-BR"
# Nas faixas de teste, a rede pequena tem {{ small_snr_test }} dB, {{ small_gain }} dB a mais que o quarto das amostras. Nas de treino, tem {{ small_snr_train }} dB: a distância entre as duas é pequena. Ela tem {{ small_parameters }} pesos e treinou por tantos passos quanto a rede da seção 3.
#
# Por que funciona? Os mesmos kernels servem para todas as posições; assim, cada passo de cada faixa é um exemplo. Os kernels não conseguem memorizar uma faixa, mas conseguem aprender quais frequências esta música usa. A PCA de quadros também aprende isso. A rede pequena, além disso, sobrepõe os quadros e não tem emendas.
#
# Agora ouça de novo. Nas duas peças novas do curso, a primeira rede tem {{ new_snr }} dB em média, e a rede pequena, {{ new_small }} dB.
# %%
audio.play(
    {
        f"{pieces.names_test[0]}: original": new[0, :CLIP],
        "dense-code network": new_hat[0, :CLIP],  # pt: "rede de código denso"
        "small network": new_small[0, :CLIP],  # pt: "rede pequena"
    },
    pieces.source,
)
mel_rows(
    {
        pieces.names_test[0]: (new[0, :HALF], new_small[0, :HALF]),
        pieces.names_test[1]: (new[1, :HALF], new_small[1, :HALF]),
    },
    alt="Mel spectrograms of two new pieces: the small network keeps most notes below 2 kHz, with faint noise around.",
    # pt: "Espectrogramas mel de duas peças novas: a rede pequena conserva quase toda nota até 2 kHz, com algum ruído."
)


# %% [markdown] lang="en"
# ## 9. Mixing in latent space
#
# Codes are vectors, so we can average them. Take the codes $z_a$ and $z_b$ of two pieces, segment by segment, and decode $0.75\, z_a + 0.25\, z_b$. Is the result a third piece, between the two? Or is it the mixture of the sounds, $0.75\, x_a + 0.25\, x_b$, in which both pieces sound at once?
#
# For the small network the answer is known: it is linear, so the latent mixture equals the mixture of the two reconstructions. For the network of section 3 we have to measure. We take 25 pairs of training tracks and compare two errors: that of the reconstruction, and the difference between the latent mixture and the mixture of the reconstructions.
#
# **Predict:** which of the two is larger?
# %% [markdown] lang="pt-BR"
# ## 9. Misturar no espaço latente
#
# Códigos são vetores; podemos, então, calcular a sua média. Tome os códigos $z_a$ e $z_b$ de duas peças, trecho a trecho, e decodifique $0{,}75\, z_a + 0{,}25\, z_b$. O resultado é uma terceira peça, entre as duas? Ou é a mistura dos sons, $0{,}75\, x_a + 0{,}25\, x_b$, em que as duas peças soam juntas?
#
# Para a rede pequena, a resposta é conhecida: ela é linear, e a mistura latente é igual à mistura das duas reconstruções. Para a rede da seção 3, é preciso medir. Tomamos 25 pares de faixas de treino e comparamos dois erros: o da reconstrução e a diferença entre a mistura latente e a mistura das reconstruções.
#
# **Arrisque:** qual dos dois é maior?
# %%
def latent_mix(encoder, decoder, a, b, weight):
    """Tracks decoded from `weight` times the codes of `a` plus the rest of the codes of `b`."""
    # pt: """Faixas decodificadas de `weight` vezes os códigos de `a` mais o resto dos códigos de `b`."""
    z_a = encoder.predict(audio.cut(a, SEGMENT), batch_size=BATCH, verbose=0)
    z_b = encoder.predict(audio.cut(b, SEGMENT), batch_size=BATCH, verbose=0)
    z = weight * z_a + (1 - weight) * z_b
    return audio.join(decoder.predict(z, batch_size=BATCH, verbose=0), a.shape[1])


# %%
weight, pairs = 0.75, len(x_train) // 2
a, b = x_train[:pairs], x_train[-pairs:]
desk = weight * a + (1 - weight) * b
rebuilt_desk = weight * x_hat_train[:pairs] + (1 - weight) * x_hat_train[-pairs:]
mixed = latent_mix(encoder, decoder, a, b, weight)
linearity, fidelity = audio.snr(rebuilt_desk, mixed), audio.snr(desk, rebuilt_desk)
# %%
small_desk = weight * rebuild(small, a[:2]) + (1 - weight) * rebuild(small, b[:2])
small_mixed = latent_mix(small_encoder, small_decoder, a[:2], b[:2], weight)
rows = [
    (name, *(text.number(float(f(values)), ".1f") for f in (np.min, np.median, np.max)))
    for name, values in (
        ("reconstruction, large network", fidelity),  # pt: "reconstrução, rede grande"
        ("linearity, large network", linearity),  # pt: "linearidade, rede grande"
        ("linearity, small network", audio.snr(small_desk, small_mixed)),  # pt: "linearidade, rede pequena"
    )
]
text.table(
    ("SNR (dB)", "lowest", "median", "highest"), rows, f"Mixtures 0.75 / 0.25, {pairs} pairs of tracks"
)
# pt: "SNR (dB)", "menor", "mediana", "maior", f"Misturas 0,75 / 0,25, {pairs} pares de faixas"
# %% tags=["claims"]
claims.check(tracks.source, mix_linear=float(np.median(linearity)), mix_rebuilt=float(np.median(fidelity)))


# %% [markdown] lang="en"
# For the small network the two mixtures are equal up to rounding. For the large network the SNR of linearity has a median of {{ mix_linear }} dB, and that of reconstruction {{ mix_rebuilt }} dB. So the large network is **not** linear: its deviation from linearity is somewhat smaller than its reconstruction error, but of the same order.
#
# The latent mixture is mostly a mixture of both sounds with an additional error. Nothing in the training asks that points between codes decode to plausible music. Lesson 08 changes the training with this aim.
# %% [markdown] lang="pt-BR"
# Na rede pequena, as duas misturas são iguais, salvo o arredondamento. Na rede grande, a SNR da linearidade tem mediana de {{ mix_linear }} dB, e a da reconstrução, {{ mix_rebuilt }} dB. A rede grande, portanto, **não** é linear: seu desvio da linearidade é um pouco menor que o erro de reconstrução, mas da mesma ordem.
#
# A mistura latente é sobretudo uma mistura dos dois sons com um erro a mais. Nada no treino pede que pontos entre códigos virem música plausível. A aula 08 muda o treino com esse objetivo.
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
# **3.** What makes an autoencoder variational, and does this model have it?
#
# <details><summary>Answer</summary>An encoder that returns a distribution (mean and variance), a sampled code, and a KL divergence in the loss that keeps the codes close to a prior. This model has none of them.</details>
#
# **4.** What would you measure to find out whether mixing codes is the same as mixing sounds?
#
# <details><summary>Answer</summary>The SNR of the latent mixture, with the mixture of the reconstructions as the signal, over many pairs of tracks. For a linear network, such as the small one, the two are equal. For the large network the difference is of the same order as the reconstruction error, so it is not linear.</details>
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
# **3.** O que torna um autoencoder variacional, e este modelo tem isso?
#
# <details><summary>Resposta</summary>Um codificador que devolve uma distribuição (média e variância), um código sorteado e uma divergência KL no custo, que mantém os códigos perto de uma distribuição a priori. Este modelo não tem nenhum dos três.</details>
#
# **4.** O que você mediria para saber se misturar códigos é o mesmo que misturar sons?
#
# <details><summary>Resposta</summary>A SNR da mistura latente, com a mistura das reconstruções como sinal, em muitos pares de faixas. Em uma rede linear, como a pequena, as duas são iguais. Na rede grande, a diferença é da mesma ordem do erro de reconstrução; ela, portanto, não é linear.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# The cell below each exercise checks your answer. `check.shifted.hint()`, with the name of the check, gives a hint. The next call gives a more detailed one.
#
# ### Find the bug
#
# An assistant was asked for a function that fits a PCA to short frames of some tracks and returns the SNR of others. Its program runs, the shapes are right, and frames put back together without the PCA give exactly the original tracks. Still there is a mistake in it. Correct the function in the cell. In `noticed`, write a sentence of at least eight words: how could you have noticed the mistake without reading the code?
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# A célula abaixo de cada exercício verifica a resposta. `check.shifted.hint()`, com o nome da verificação, dá uma dica. A chamada seguinte dá uma dica mais detalhada.
#
# ### Encontre o erro
#
# Pediram a um assistente uma função que ajusta uma PCA a quadros curtos de algumas faixas e devolve a SNR de outras. O programa dele roda, os formatos estão certos, e os quadros juntados de novo, sem a PCA, dão exatamente as faixas originais. Mesmo assim, há um erro. Corrija a função na célula. Em `noticed`, escreva uma frase de pelo menos oito palavras: como você poderia ter percebido o erro sem ler o código?
# %% exercise="bug" role="answer"
def frames_snr(x_fit, x_new, frame, components):
    """SNR of each track of `x_new`, rebuilt by a PCA that was fitted to the frames of `x_fit`."""
    # pt: """SNR de cada faixa de `x_new`, refeita por uma PCA ajustada aos quadros de `x_fit`."""
    fitted = PCA(components).fit(x_fit.reshape(frame, -1).T)
    frames = x_new.reshape(frame, -1).T
    rebuilt = fitted.inverse_transform(fitted.transform(frames))
    return audio.snr(x_new, rebuilt.T.reshape(x_new.shape))


noticed = None


### BEGIN SOLUTION
def frames_snr(x_fit, x_new, frame, components):  # noqa: F811
    """SNR of each track of `x_new`, rebuilt by a PCA that was fitted to the frames of `x_fit`."""
    # pt: """SNR de cada faixa de `x_new`, refeita por uma PCA ajustada aos quadros de `x_fit`."""
    fitted = PCA(components).fit(x_fit.reshape(-1, frame))
    frames = x_new.reshape(-1, frame)
    rebuilt = fitted.inverse_transform(fitted.transform(frames))
    return audio.snr(x_new, rebuilt.reshape(x_new.shape))


noticed = "A plot of one frame is noise instead of a wave, and the SNR is far below the value of section 7."
# pt: "O gráfico de um quadro é ruído em vez de uma onda, e a SNR fica muito abaixo do valor da seção 7."
### END SOLUTION
# %% exercise="bug" role="check"
from exercises import music as check

check.find_bug(frames_snr, noticed)
# check.find_bug.hint()
if check.find_bug.done:
    print(f"{np.median(frames_snr(x_train, x_test, 512, CODE // 8)):.1f} dB")
# %% [markdown] lang="en"
# ### Exercise 1: the training tracks, cut elsewhere
#
# Take the training tracks again, but make the first cut half a segment later. Leave out the first and the last 2,048 samples of each track, so that 31 segments remain. Put the SNR of each track into `snr_shifted`. The music is the same and only the cuts have moved. Has the network learnt these *tracks* or these *segments*?
# %% [markdown] lang="pt-BR"
# ### Exercício 1: as faixas de treino, cortadas em outro lugar
#
# Tome de novo as faixas de treino, mas faça o primeiro corte meio trecho depois. Deixe de fora as primeiras e as últimas 2.048 amostras de cada faixa, de modo que sobrem 31 trechos. Ponha a SNR de cada faixa em `snr_shifted`. A música é a mesma; só os cortes mudaram de lugar. A rede aprendeu estas *faixas* ou estes *trechos*?
# %% exercise="1" role="answer"
snr_shifted = None
### BEGIN SOLUTION
shifted = x_train[:, SEGMENT // 2 : -SEGMENT // 2]
snr_shifted = audio.snr(shifted, rebuild(autoencoder, shifted))
# Compare the median with that of the test tracks. If the two are close, the network has
# memorised these segments with their cuts, and not the music.
# pt: Compare a mediana com a das faixas de teste. Se as duas forem próximas, a rede
# pt: memorizou estes trechos com os seus cortes, e não a música.
### END SOLUTION
# %% exercise="1" role="check"
check.shifted(snr_shifted, autoencoder, x_train, SEGMENT)
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
# - PCA of long segments overfits more as the latent dimension grows. PCA of short frames does not, because it has more examples in fewer dimensions.
# - A linear convolutional network with overlapping frames and {{ small_parameters }} weights generalises: it has {{ small_snr_test }} dB on new tracks, the network with {{ F9_parameters }} weights {{ snr_test }} dB.
# - Mixing codes of a linear network mixes the sounds. The large network adds an error of the same order as that of its reconstruction.
#
# ## Going further
#
# This part is optional: your own sound, a mixture to listen to, the size of the gradients, copies among the tracks, compression, saving, and two more exercises.
#
# ### Networks that work on music
#
# *SoundStream* and *EnCodec* are convolutional throughout, like the small network, but deep and nonlinear, and trained on far more sound. With quantised codes, they reconstruct speech and music at low bit rates. *MusicVAE* is a variational autoencoder of melodies as notes. **A challenge:** listen to its published interpolations and compare them with the mixture of section 9.
#
# ### Bring your own sound
#
# Write the path of a sound file, or of a folder with sound files, into `MY_SOUND` and run the two cells. WAV, FLAC, OGG, AU and MP3 files work, with any sampling rate from 1 to 400 kHz, any number of channels, and any sample format. The channels are averaged, the sound is converted to 8 kHz and scaled to peak 1. At most eight files are read, and of each the first 16 seconds; a sound must have at least half a second. Formats of telephones such as M4A have to be converted first.
#
# The small network has heard neither your voice nor your instrument. Is it better than the quarter of the samples? On which sounds is it not?
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - O som é um vetor. Cortado em trechos e juntado de novo, é o mesmo vetor.
# - Compare o custo com o do silêncio, a potência do sinal. Se os dois são iguais, a rede não aprendeu nada além da média.
# - A rede reconstrói bem as faixas de treino e mal as novas. Isso é sobreajuste, e só faixas reservadas o mostram.
# - A PCA de trechos longos sofre mais sobreajuste quando a dimensão latente cresce. A de quadros curtos não, porque tem mais exemplos em menos dimensões.
# - Uma rede convolucional linear, com quadros sobrepostos e {{ small_parameters }} pesos, generaliza: tem {{ small_snr_test }} dB em faixas novas; a rede de {{ F9_parameters }} pesos tem {{ snr_test }} dB.
# - Misturar códigos de uma rede linear mistura os sons. A rede grande acrescenta um erro da mesma ordem do erro de reconstrução.
#
# ## Para ir além
#
# Esta parte é opcional: o seu som, uma mistura para ouvir, o tamanho dos gradientes, cópias entre as faixas, compressão, como salvar e mais dois exercícios.
#
# ### Redes que funcionam com música
#
# *SoundStream* e *EnCodec* são convolucionais do começo ao fim, como a rede pequena, mas profundos, não lineares e treinados com muito mais som. Com códigos quantizados, eles reconstroem fala e música com poucos bits por segundo. O *MusicVAE* é um autoencoder variacional de melodias em notas. **Um desafio:** ouça as interpolações publicadas por seus autores e compare-as com a mistura da seção 9.
#
# ### O seu próprio som
#
# Escreva em `MY_SOUND` o caminho de um arquivo de som, ou de uma pasta com arquivos de som, e rode as duas células. Servem arquivos WAV, FLAC, OGG, AU e MP3, com qualquer taxa de amostragem de 1 a 400 kHz, qualquer número de canais e qualquer formato de amostra. Os canais são reduzidos à sua média, e o som é convertido para 8 kHz e normalizado para pico 1. No máximo oito arquivos são lidos, e de cada um, os primeiros 16 segundos; um som precisa ter pelo menos meio segundo. Formatos de celular como o M4A precisam antes ser convertidos.
#
# A rede pequena nunca ouviu a sua voz nem o seu instrumento. Ela é melhor que o quarto das amostras? Em que sons não é?
# %%
MY_SOUND = ""  # a sound file or a folder with sound files
# pt: um arquivo de som ou uma pasta com arquivos de som
own = data.music.own(MY_SOUND)
own_hat = {name: rebuild_whole(small, x[None])[0] for name, x in own.items()}
rows = []
for name, x in own.items():
    ratios = [float(audio.snr(x, y)) for y in (own_hat[name], quarter(x[None])[0])]
    rows.append([name] + [text.number(value, ".1f") for value in (len(x) / RATE, *ratios)])
text.table(
    ("sound", "seconds", "small network (dB)", "quarter (dB)"),
    rows,
    "Your sound, or two pieces of the course",
)
# pt: "som", "segundos", "rede pequena (dB)", "um quarto (dB)", "O seu som, ou duas peças do curso"
# %%
for name, x in list(own.items())[:2]:
    mel_rows(
        {name: (x, own_hat[name])},
        alt="Mel spectrogram of a sound and of what the small network makes of it.",
        # pt: "Espectrograma mel de um som e do que a rede pequena faz dele."
    )
    players = {f"{name}: original": x[:CLIP], f"{name}: x_hat": own_hat[name][:CLIP]}
    audio.play(players, "own" if MY_SOUND else pieces.source)
# %% [markdown] lang="en"
# ### What a mixture sounds like
#
# On new pieces the large network is too noisy for this. So a copy of it continues its training for a few dozen steps on two pieces of the course and on nothing else: it memorises them. We train on test data on purpose here, and no value of this section measures generalisation.
# %% [markdown] lang="pt-BR"
# ### Como soa uma mistura
#
# Em peças novas, a rede grande é ruidosa demais para isso. Por isso, uma cópia dela continua o treino por algumas dezenas de passos com duas peças do curso e nada mais: ela as memoriza. Aqui treinamos de propósito com dados de teste, e nenhum valor desta seção mede generalização.
# %%
memory_encoder, memory_decoder = build_encoder(SEGMENT, CODE), build_decoder(SEGMENT, CODE)
memory = keras.Sequential([memory_encoder, memory_decoder])
memory.set_weights(autoencoder.get_weights())
few = settings.pick(quick=16, class_=40, full=200)
train(memory, audio.cut(new, SEGMENT), None, few, peak=1e-3)
memorised_snr = float(audio.snr(new, rebuild(memory, new)).mean())
forgotten_snr = median_snr(x_train, rebuild(memory, x_train))
print(f"two memorised pieces {memorised_snr:.1f} dB, earlier training tracks {forgotten_snr:.1f} dB")
# pt: f"duas peças memorizadas {memorised_snr:.1f} dB, faixas de treino anteriores {forgotten_snr:.1f} dB"
# %%
mixed = latent_mix(memory_encoder, memory_decoder, new[:1], new[1:], weight)
desk = weight * new[0] + (1 - weight) * new[1]
audio.play(
    {
        "mixed codes, 0.75 / 0.25": mixed[0, :CLIP],  # pt: "códigos misturados, 0,75 / 0,25"
        "mixed waveforms, 0.75 / 0.25": desk[:CLIP],  # pt: "ondas misturadas, 0,75 / 0,25"
    },
    pieces.source,
)
# %% tags=["claims"]
claims.check(tracks.source, memorised_snr=memorised_snr, forgotten_snr=forgotten_snr)
# %% [markdown] lang="en"
# On the two pieces the SNR rises from {{ new_snr }} to {{ memorised_snr }} dB. On the earlier training tracks the median falls from {{ snr_train }} to {{ forgotten_snr }} dB. A network that continues training on new data alone loses part of what it had learnt. This is **catastrophic forgetting**.
#
# ### Explore
#
# Change the weight. On the left is the spectrogram of the mixed codes, on the right that of the mixed sounds, each with its player. Is there a weight at which one has a line that is missing in the other?
# %% [markdown] lang="pt-BR"
# Nas duas peças, a SNR sobe de {{ new_snr }} para {{ memorised_snr }} dB. Nas faixas de treino anteriores, a mediana cai de {{ snr_train }} para {{ forgotten_snr }} dB. Uma rede que continua o treino só com dados novos perde parte do que tinha aprendido. Isso se chama **esquecimento catastrófico**.
#
# ### Explore
#
# Mude o peso. À esquerda está o espectrograma dos códigos misturados; à direita, o dos sons misturados, cada um com seu player. Há algum peso em que um tenha uma linha que falta no outro?
# %%
two = pieces.names_test[0], pieces.names_test[1]
explore.music.mix(memory_encoder, memory_decoder, new[0, :CLIP], new[1, :CLIP], two)


# %% [markdown] lang="en"
# ### Why Adam needs a small epsilon here
#
# Adam divides its step by the typical size of the gradient plus a constant `epsilon`, by default `1e-7` in Keras. Where gradients are much smaller than `epsilon`, the steps are much smaller than the learning rate. We measure the gradients of a fresh network of section 3, one value for each kernel.
# %% [markdown] lang="pt-BR"
# ### Por que o Adam precisa aqui de um epsilon pequeno
#
# O Adam divide o passo pelo tamanho típico do gradiente mais uma constante `epsilon`, por padrão `1e-7` no Keras. Onde os gradientes são muito menores que `epsilon`, os passos ficam muito menores que a taxa de aprendizado. Medimos os gradientes de uma rede nova, como a da seção 3, um valor para cada kernel.
# %%
def gradient_sizes(model, x):
    """Median absolute gradient of the squared error in each kernel of `model`, on one batch."""
    # pt: """Mediana do gradiente absoluto do erro quadrático em cada kernel de `model`, em um lote."""
    kernels = [w.value for w in model.trainable_weights if len(w.shape) > 1]
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(x - model(x, training=True)))
    return [float(np.median(np.abs(g))) for g in tape.gradient(loss, kernels)]


keras.utils.set_random_seed(settings.seed())
fresh = keras.Sequential([build_encoder(SEGMENT, CODE), build_decoder(SEGMENT, CODE)])
gradients = gradient_sizes(fresh, segments_train[::100])
print("median |gradient| of each kernel:", " ".join(f"{size:.0e}" for size in gradients))
# pt: "mediana do |gradiente| de cada kernel:"
# %% tags=["claims"]
claims.check(tracks.source, gradient=min(gradients))


# %% [markdown] lang="en"
# In the kernel with the smallest gradients, their median is {{ gradient }}. One reason is that the loss is a mean over 4,096 samples, so each weight has little influence on it. With `epsilon=1e-12` the constant no longer matters.
#
# ### Are there copies among the tracks?
#
# GTZAN is known to contain some excerpts twice. A copy in both sets would make the test too easy. The **cross-correlation** measures the similarity of two tracks at every possible delay. The Fourier transform computes it for all delays at once. A copy of a track would have a value of 1.
# %% [markdown] lang="pt-BR"
# No kernel com os menores gradientes, a mediana é {{ gradient }}. Uma razão é que o custo é uma média de 4.096 amostras, e cada peso tem pouca influência sobre ela. Com `epsilon=1e-12`, a constante deixa de importar.
#
# ### Há cópias entre as faixas?
#
# Sabe-se que o GTZAN contém algumas gravações repetidas. Uma cópia nos dois conjuntos tornaria o teste fácil demais. A **correlação cruzada** mede a semelhança de duas faixas em cada atraso possível. A transformada de Fourier a calcula para todos os atrasos de uma vez. Uma cópia de uma faixa teria o valor 1.
# %%
def closest(x, others):
    """Largest |correlation| of the tracks `x` with any of `others`, over all delays."""
    # pt: """Maior |correlação| das faixas `x` com alguma de `others`, em todos os atrasos."""
    slow = [resample_poly(a, 1, 4, axis=1) for a in (x, others)]
    size = 2 * slow[0].shape[1]
    waves = [np.fft.rfft(a / np.linalg.norm(a, axis=1, keepdims=True), size) for a in slow]
    return max(float(np.abs(np.fft.irfft(a * waves[1].conj())).max()) for a in waves[0])


twin = closest(np.concatenate([x_val, x_test]), x_train)
itself = closest(x_train[:1], x_train)
print(f"a held-out and a training track {twin:.2f}, a track and itself {itself:.2f}")
# pt: f"uma faixa reservada e uma de treino {twin:.2f}, uma faixa e ela mesma {itself:.2f}"
# %% tags=["claims"]
claims.check(tracks.source, twin=twin, itself=itself)


# %% [markdown] lang="en"
# A track has {{ itself }} with itself. The most similar pair of a held-out and a training track has {{ twin }}, so no held-out track of GTZAN is a copy of a training track. This test does not find other recordings of the same piece or by the same musicians.
#
# ### Compression in bytes: FLAC and OGG
#
# 1,024 values for 4,096 samples are not a compression of 4 : 1. A sample has 16 bits and a value of the code 32, so a segment of 8,192 bytes becomes a code of 4,096 bytes. The receiver also needs the decoder.
#
# How does the code compare with common audio formats? FLAC is lossless. OGG Vorbis leaves out what the ear notices least.
# %% [markdown] lang="pt-BR"
# Uma faixa tem {{ itself }} consigo mesma. O par mais parecido de uma faixa reservada e uma de treino tem {{ twin }}; portanto, nenhuma faixa reservada do GTZAN é cópia de uma de treino. Este teste não encontra outras gravações da mesma peça ou dos mesmos músicos.
#
# ### Compressão em bytes: FLAC e OGG
#
# 1.024 valores para 4.096 amostras não são uma compressão de 4 : 1. Uma amostra tem 16 bits, e um valor do código, 32; um trecho de 8.192 bytes vira um código de 4.096 bytes. Quem recebe precisa também do decodificador.
#
# Como o código se compara com formatos comuns de áudio? O FLAC não perde nada. O OGG Vorbis deixa de fora o que o ouvido menos nota.
# %%
def through(x, kind):
    """A sound written as FLAC or OGG in memory and read again, and the bytes it took."""
    # pt: """Um som escrito em memória como FLAC ou OGG e lido de volta, e quantos bytes ocupou."""
    written = audio.encode(x, kind, RATE)
    return audio.load(io.BytesIO(written)), len(written)


raw = 2 * x_test.size
sizes = {"autoencoder": (raw / (x_test.size // SEGMENT * 4 * CODE), network[1])}
for kind in ("FLAC", "OGG"):
    read, written = zip(*(through(x, kind) for x in x_test))
    sizes[kind] = (raw / sum(written), float(np.median(audio.snr(x_test, np.stack(read)))))
rows = [(k, text.number(ratio, ".1f") + " : 1", text.number(db, ".1f")) for k, (ratio, db) in sizes.items()]
text.table(("format", "compression", "SNR (dB)"), rows, "Test tracks against 16-bit samples")
# pt: "formato", "compressão", "Faixas de teste, em relação a amostras de 16 bits"
decoder_mb, music_mb = 4 * decoder.count_params() / 1e6, 2 * x_train.size / 1e6
print(f"decoder {decoder_mb:.0f} MB, training tracks {music_mb:.0f} MB")
# pt: f"decodificador {decoder_mb:.0f} MB, faixas de treino {music_mb:.0f} MB"
(code_ratio, _), (flac_ratio, _), (ogg_ratio, ogg_snr) = sizes.values()
# %% tags=["claims"]
claims.check(
    tracks.source,
    code_ratio=code_ratio,
    flac_ratio=flac_ratio,
    ogg_ratio=ogg_ratio,
    ogg_snr=ogg_snr,
    decoder_mb=decoder_mb,
    music_mb=music_mb,
)
# %% [markdown] lang="en"
# OGG is better than the network in both respects: {{ ogg_ratio }} : 1 at {{ ogg_snr }} dB, and it was not fitted to this music. FLAC compresses less, {{ flac_ratio }} : 1, but loses nothing; its dB are those of rounding to 16 bits. The code is {{ code_ratio }} : 1, and its decoder has {{ decoder_mb }} MB, while the 50 training tracks of GTZAN together have {{ music_mb }} MB. As a codec this network is not useful.
# %% [markdown] lang="pt-BR"
# O OGG é melhor que a rede nos dois aspectos: {{ ogg_ratio }} : 1 com {{ ogg_snr }} dB, e ele não foi ajustado a esta música. O FLAC comprime menos, {{ flac_ratio }} : 1, mas não perde nada; seus dB são os do arredondamento a 16 bits. O código dá {{ code_ratio }} : 1, e o decodificador ocupa {{ decoder_mb }} MB, enquanto as 50 faixas de treino do GTZAN juntas têm {{ music_mb }} MB. Como codec, esta rede não é útil.
# %% [markdown] lang="en"
# ### Exercise 2: an 8-bit code
#
# A code does not need 32 bits per value. Store each value of the test tracks' codes in **8 bits**: divide by `largest`, the largest absolute value of the *training* codes, multiply by 127, round, and clip to ±127. Then convert back, decode, and put the reconstructed test tracks into `x_8bit`. What is the compression now, and how many dB are lost?
# %% [markdown] lang="pt-BR"
# ### Exercício 2: um código de 8 bits
#
# Um código não precisa de 32 bits por valor. Guarde cada valor dos códigos das faixas de teste em **8 bits**: divida por `largest`, o maior valor absoluto dos códigos de *treino*, multiplique por 127, arredonde e limite a ±127. Depois converta de volta, decodifique e ponha as faixas de teste reconstruídas em `x_8bit`. Qual é a compressão agora, e quantos dB se perdem?
# %% exercise="2" role="answer"
x_8bit = None
### BEGIN SOLUTION
largest = np.abs(encoder.predict(segments_train, batch_size=BATCH, verbose=0)).max()
z = encoder.predict(audio.cut(x_test, SEGMENT), batch_size=BATCH, verbose=0)
stored = np.clip(np.round(127 * z / largest), -127, 127).astype("int8")
x_8bit = audio.join(decoder.predict(stored * largest / 127, batch_size=BATCH, verbose=0), LENGTH)
### END SOLUTION
# %% exercise="2" role="check"
check.eight_bits(x_8bit, encoder, decoder, segments_train, x_test)
# check.eight_bits.hint()
if check.eight_bits.done:
    now = float(np.median(audio.snr(x_test, x_8bit)))
    print(f"{2 * SEGMENT / CODE:.0f} : 1, {network[1]:.2f} dB -> {now:.2f} dB")
# %% [markdown] lang="en"
# ### Saving encoder and decoder
#
# A sender needs only the encoder and a receiver only the decoder, so we save them in separate files. `safe_mode=True` refuses files that would run code when loaded. We check that the loaded models give exactly the same output.
# %% [markdown] lang="pt-BR"
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
some = segments_val[:32]
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
inner = slice(SEGMENT // 2, -SEGMENT // 2)
triangle = np.tile(np.bartlett(SEGMENT), LENGTH // SEGMENT)[inner]
x_smooth = x_hat_test.copy()
x_smooth[:, inner] *= triangle
x_smooth[:, inner] += (1 - triangle) * rebuild(autoencoder, x_test[:, inner])
### END SOLUTION
# %% exercise="3" role="check"
check.smooth(x_smooth, autoencoder, x_test, SEGMENT)
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
