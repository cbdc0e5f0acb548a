# %% [markdown] lang="en"
# # Sequences: autoencoders that read and write in order
#
# [Open in Colab]({{ colab }}) · Lesson 07 · reading: {{ reading_minutes }} min · running: {{ minutes.class }} min
# (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# **After this lesson you can**
#
# - explain what `return_sequences`, `RepeatVector` and `TimeDistributed` do to the shape of a tensor, and put them together into an LSTM autoencoder;
# - say why the nine numbers that everybody starts with prove nothing, and test the same network on data that do;
# - forecast a series, build the composite model (one encoder, two decoders), and compare both with baselines that need no network;
# - tell teacher forcing from decoding a repeated code, and use masking and state where they belong;
# - teach a network a task in which answer and question are different sequences, and measure it on questions it never saw;
# - apply one image network to every frame of a film, and judge an LSTM autoencoder on heartbeats beside a dense one and PCA.
#
# **Prerequisites:** lessons 01 and 02 (PCA, training, validation, functional API).
#
# **You will need:** a computer with Python 3.11 or newer, or a free Colab. No GPU.
# %% [markdown] lang="pt-BR"
# # Sequências: autoencoders que leem e escrevem em ordem
#
# [Abrir no Colab]({{ colab }}) · Aula 07 · leitura: {{ reading_minutes }} min · execução: {{ minutes.class }} min
# (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# **Ao final desta aula você saberá**
#
# - explicar o que `return_sequences`, `RepeatVector` e `TimeDistributed` fazem com a forma de um tensor e montar com eles um autoencoder LSTM;
# - dizer por que os nove números com que todo mundo começa nada provam, e testar a mesma rede em dados que provam;
# - prever a continuação de uma série, montar o modelo composto (um codificador, dois decodificadores) e comparar ambos com linhas de base que dispensam rede;
# - distinguir *teacher forcing* da decodificação de um código repetido, e usar máscara e estado onde cabem;
# - ensinar a uma rede uma tarefa em que pergunta e resposta são sequências diferentes, e medi-la em perguntas que nunca viu;
# - aplicar uma só rede de imagens a todos os quadros de um filme, e julgar um autoencoder LSTM em batimentos cardíacos ao lado de um denso e da PCA.
#
# **Pré-requisitos:** aulas 01 e 02 (PCA, treino, validação, API funcional).
#
# **Você vai precisar de:** um computador com Python 3.11 ou mais novo, ou do Colab gratuito. Não é preciso GPU.
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("07_sequences")
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
from keras import layers
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression
from sklearn.metrics import roc_auc_score
from tqdm.keras import TqdmCallback

from utils import claims, data, explore, plot, settings, text
from utils.progress import tqdm

# %% [markdown] lang="en"
# ## 1. Reading in order
#
# A dense network looks at all its inputs at once; swap two of them in all the data, and it learns just as well. A **sequence** has an order that means something: what came before helps to understand
# what comes now. Keras keeps sequences in tensors of shape `(samples, steps, features)`: nine temperatures are `(1, 9, 1)`, and the same from two thermometers `(1, 9, 2)`.
#
# A recurrent layer walks along the steps with a memory. At step $t$ an **LSTM** takes the input $x_t$ and what it said before, $h_{t-1}$, and computes three gates between 0 and 1: how much of the old memory $c_{t-1}$ to keep
# ($f$), how much of the new candidate $\tilde c$ to write ($i$), and how much of the memory to say ($o$):
#
# $$c_t = f \odot c_{t-1} + i \odot \tilde c, \qquad h_t = o \odot \tanh c_t .$$
#
# The *same* weights work at every step. With $d$ features and $u$ units there are $4\,(u\,(u + d) + u)$ of them, however long the sequence is.
#
# Four pieces are all we need for an autoencoder. **Predict before you run:** the shape after each line.
# %% [markdown] lang="pt-BR"
# ## 1. Ler em ordem
#
# Uma rede densa olha todas as entradas de uma vez; troque duas delas em todos os dados, e ela aprende igualmente bem. Uma **sequência** tem uma ordem que significa algo: o que veio antes ajuda a entender
# o que vem agora. O Keras guarda sequências em tensores de forma `(amostras, passos, atributos)`: nove temperaturas são `(1, 9, 1)`, e as mesmas em dois termômetros, `(1, 9, 2)`.
#
# Uma camada recorrente percorre os passos com uma memória. No passo $t$, uma **LSTM** recebe a entrada $x_t$ e o que ela mesma disse antes, $h_{t-1}$, e calcula três portas entre 0 e 1: quanto da memória antiga $c_{t-1}$ conservar
# ($f$), quanto do novo candidato $\tilde c$ escrever ($i$) e quanto da memória dizer ($o$):
#
# $$c_t = f \odot c_{t-1} + i \odot \tilde c, \qquad h_t = o \odot \tanh c_t .$$
#
# Os *mesmos* pesos trabalham em todos os passos. Com $d$ atributos e $u$ unidades, são $4\,(u\,(u + d) + u)$, por mais longa que seja a sequência.
#
# Quatro peças bastam para um autoencoder. **Antes de executar, arrisque:** a forma depois de cada linha.
# %% tags=["nbval-check-output"]
x = np.linspace(0, 1, 18, dtype="float32").reshape(2, 9, 1)
last = layers.LSTM(5)(x)
every = layers.LSTM(5, return_sequences=True)(x)
repeated = layers.RepeatVector(9)(last)
written = layers.TimeDistributed(layers.Dense(1))(every)
for name, tensor in {
    "x": x,
    "LSTM(5)": last,
    "LSTM(5, return_sequences=True)": every,
    "RepeatVector(9)": repeated,
    "TimeDistributed(Dense(1))": written,
}.items():
    print(f"{name:32}{tuple(tensor.shape)}")
# %% [markdown] lang="en"
# - Without `return_sequences` an LSTM gives only its last word, $h_9$: one vector for the whole sequence. That is an **encoder**.
# - With it, it gives $h_1, \dots, h_9$: one vector for each step, which is what a **decoder** needs.
# - `RepeatVector(9)` hands the code to the decoder nine times, once a step.
# - `TimeDistributed(layer)` applies one and the same layer to each step. For a dense layer there is a shortcut: `Dense` works on the last axis anyway.
# %% [markdown] lang="pt-BR"
# - Sem `return_sequences`, a LSTM entrega só a sua última palavra, $h_9$: um vetor para a sequência inteira. Isso é um **codificador**.
# - Com ele, entrega $h_1, \dots, h_9$: um vetor por passo, que é do que precisa um **decodificador**.
# - `RepeatVector(9)` entrega o código ao decodificador nove vezes, uma por passo.
# - `TimeDistributed(camada)` aplica uma mesma camada a cada passo. Para uma camada densa há um atalho: `Dense` já trabalha no último eixo.
# %%
dense = layers.Dense(3)
difference = float(np.abs(layers.TimeDistributed(dense)(every) - dense(every)).max())
COMPUTED = "real"  # what a formula gives is there without any download
# pt: o que uma fórmula dá existe sem download algum
claims.check(COMPUTED, td_difference=difference)


# %% [markdown] lang="en"
# The same numbers (largest difference {{ td_difference }}). We write `TimeDistributed` where it says what we mean, and where the layer is more than a dense one: in section 7 it is a whole image network.
#
# ## 2. Nine numbers, and what they do not show
#
# Almost every introduction to LSTM autoencoders trains on one sequence, 0.1, 0.2, …, 0.9, with a hundred units on either side. So do we, first.
# %% [markdown] lang="pt-BR"
# Os mesmos números (maior diferença: {{ td_difference }}). Escrevemos `TimeDistributed` onde ele diz o que queremos dizer e onde a camada é mais que uma densa: na seção 7, será uma rede de imagens inteira.
#
# ## 2. Nove números, e o que eles não mostram
#
# Quase toda introdução aos autoencoders LSTM treina numa única sequência, 0,1, 0,2, …, 0,9, com cem unidades de cada lado. Façamos o mesmo, primeiro.
# %%
def build_classic():
    """The network of the introductions: a code of 100 numbers for 9."""
    # pt: """A rede das introduções: um código de 100 números para 9."""
    return keras.Sequential(
        [
            keras.Input((9, 1)),
            layers.LSTM(100, unroll=True),
            layers.RepeatVector(9),
            layers.LSTM(100, return_sequences=True, unroll=True),
            layers.TimeDistributed(layers.Dense(1)),
        ],
        name="classic",
    )


keras.utils.set_random_seed(settings.seed())
classic = build_classic()
classic.summary()


# %% [markdown] lang="en"
# Two remarks on speed, for CPUs. `unroll=True` writes the nine steps out one after the other instead of running a loop: a larger graph to build, but each training step is faster; right for short sequences. And many steps
# run between two visits to Python (`steps_per_execution`). The learning rate climbs for a tenth of the time and comes down along a cosine, as in the lessons before. To ask a small model, we just call it, `model(x)`: `predict` would first compile a graph, which pays for large data only.
# %% [markdown] lang="pt-BR"
# Duas observações sobre velocidade em CPU. `unroll=True` escreve os nove passos um após o outro em vez de rodar um laço: o grafo a montar fica maior, mas cada passo de treino, mais rápido; é o certo para sequências curtas. E muitos passos
# correm entre duas visitas ao Python (`steps_per_execution`). A taxa de aprendizado sobe durante um décimo do tempo e desce por um cosseno, como nas aulas anteriores. Para consultar um modelo pequeno, basta chamá-lo, `model(x)`: `predict` primeiro compilaria um grafo, o que só compensa com muitos dados.
# %%
def train(model, x, y, held_out, epochs, batch, peak, loss="mse", jit=False, **options):
    """Fit with a cosine schedule; returns the history and the seconds."""
    # pt: """Ajusta com taxa em cosseno; devolve o histórico e os segundos."""
    steps = -(-len(x) // batch)
    warm = max(1, epochs * steps // 10)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, max(1, epochs * steps - warm), warmup_target=peak, warmup_steps=warm
    )
    model.compile(keras.optimizers.Adam(rate), loss, jit_compile=jit, steps_per_execution=steps, **options)
    model.optimizer.build(model.trainable_variables)  # else TensorFlow makes the graph twice
    # pt: senão o TensorFlow monta o grafo duas vezes
    watched = settings.pick(quick=None, class_=held_out, full=held_out)
    bar = TqdmCallback(epochs, verbose=0, tqdm_class=tqdm, file=sys.stdout, mininterval=1)
    start = time.perf_counter()
    history = model.fit(
        x,
        y,
        batch,
        epochs,
        validation_data=watched,
        validation_batch_size=500,
        verbose=0,
        callbacks=[bar],
    )
    return history, time.perf_counter() - start


# %%
nine = np.arange(1, 10, dtype="float32").reshape(1, 9, 1) / 10
epochs = settings.pick(quick=30, class_=150, full=300)
train(classic, nine, nine, None, epochs, batch=1, peak=5e-3)
print(np.asarray(classic(nine)).round(3).ravel())
# %% [markdown] lang="en"
# Here the introductions end: the network gives back what it was shown. But it has {{ nine_params }} parameters for nine numbers, and a code of 100 numbers for 9. Did it learn to *read* the sequence, or only to recite this one?
#
# **Predict:** what will it answer to the same numbers backwards? To 0.5 nine times?
# %% [markdown] lang="pt-BR"
# Aqui terminam as introduções: a rede devolve o que lhe foi mostrado. Mas ela tem {{ nine_params }} parâmetros para nove números, e um código de 100 números para 9. Aprendeu a *ler* a sequência ou só a recitar esta?
#
# **Arrisque:** o que ela responderá aos mesmos números de trás para a frente? E a nove vezes 0,5?
# %%
asked = {
    "as trained": nine,  # pt: "como no treino"
    "backwards": nine[:, ::-1],  # pt: "de trás para a frente"
    "0.5 nine times": np.full_like(nine, 0.5),  # pt: "nove vezes 0,5"
}
answers = np.asarray(classic(np.concatenate(list(asked.values()))))
fig, axes = plt.subplots(1, 3, figsize=(12, 3.8), sharey=True)
for ax, (name, series), answer in zip(axes, asked.items(), answers):
    ax.plot(range(1, 10), series.ravel(), "o:", color="0.45")
    ax.plot(range(1, 10), answer.ravel(), "s-", color=plot.RED, markersize=5)
    ax.set_title(name)
axes[1].set_xlabel("step (grey: asked, red: answered)")  # pt: "passo (cinza: pergunta; vermelho: resposta)"
about = "Three panels: the trained ramp is repeated exactly; asked for others, the answer stays far from the question."
# pt: "Três quadros: a rampa do treino sai exata; diante de outras, a resposta fica longe da pergunta."
plot.show(fig, alt=about)
# %%
gap = {
    name: float(np.abs(answer - series[0]).mean()) for (name, series), answer in zip(asked.items(), answers)
}
as_trained, backwards, constant = gap.values()
reciting = float(np.abs(nine - nine[:, ::-1]).mean())
claims.check(
    COMPUTED,
    nine_params=classic.count_params(),
    nine_error=as_trained,
    nine_backwards=backwards,
    nine_reciting=reciting,
)
# %% [markdown] lang="en"
# On its own sequence it is off by {{ nine_error }} on average; on the same numbers backwards by {{ nine_backwards }}. A program that ignores the question and always recites the training numbers would be off by {{ nine_reciting }} there. So the perfect reconstruction above
# was **memory**: with one training sequence there is nothing to generalise from, and nothing held out to notice it.
#
# (A second trap lives in the same introductions. To "predict", they ask for numbers 2 to 9 after showing numbers 1 to 9: *nine in, eight out*, but the encoder has already read all eight answers. In section 4 the eight lie in the future.)
#
# ## 3. Waves: a test that means something
#
# We keep the sizes, nine in and eight out, and change the data: pieces of waves, each with its own shape (sine, sawtooth, triangle), period, height, starting point and a little noise. Infinitely many of them exist, so we can hold some out. A wave is
# described by about four facts, so the code gets **four numbers**, fewer than nine.
# %% [markdown] lang="pt-BR"
# Na própria sequência, ela erra em média {{ nine_error }}; nos mesmos números de trás para a frente, {{ nine_backwards }}. Um programa que ignorasse a pergunta e recitasse sempre os números do treino erraria ali {{ nine_reciting }}. Logo, a reconstrução perfeita de há pouco
# era **memória**: com uma única sequência de treino, não há de onde generalizar, nem nada reservado que o denuncie.
#
# (Uma segunda armadilha mora nas mesmas introduções. Para "prever", elas pedem os números 2 a 9 depois de mostrar os números 1 a 9: *nove entram, oito saem*, mas o codificador já leu as oito respostas. Na seção 4, os oito ficam no futuro.)
#
# ## 3. Ondas: um teste que significa algo
#
# Mantemos os tamanhos, nove entram e oito saem, e mudamos os dados: pedaços de ondas, cada uma com sua forma (seno, dente de serra, triângulo), período, altura, ponto de partida e um pouco de ruído. Existem infinitas, e por isso podemos reservar algumas. Uma onda se
# descreve com uns quatro fatos; o código recebe então **quatro números**, menos que nove.
# %%
PAST, FUTURE = 9, 8


def waves(count, rng):
    """Pieces of waves, shape (count, PAST + FUTURE, 1), and the shape of each: 0, 1 or 2."""
    # pt: """Pedaços de ondas, de forma (count, PAST + FUTURE, 1), e o tipo de cada um: 0, 1 ou 2."""
    period, start = rng.uniform(6, 20, (count, 1)), rng.random((count, 1))
    turn = (np.arange(PAST + FUTURE) / period + start) % 1
    shapes = np.stack([np.sin(2 * np.pi * turn), 2 * turn - 1, 4 * np.abs(turn - 0.5) - 1])
    kind = rng.integers(3, size=count)
    x = 0.5 + rng.uniform(0.2, 0.45, (count, 1)) * shapes[kind, np.arange(count)]
    x = x + rng.normal(0, NOISE, x.shape)
    return x.astype("float32")[:, :, None], kind


NOISE = 0.01  # standard deviation: no method can forecast better than that
# pt: desvio padrão: nenhum método prevê melhor do que isso
rng = np.random.default_rng(2026)
count = settings.pick(quick=1000, class_=8000, full=20_000)
series, kinds = zip(*(waves(n, rng) for n in (count, 1000, 1000)))
past_train, past_val, past_test = (x[:, :PAST] for x in series)
future_train, future_val, future_test = (x[:, PAST:] for x in series)
print(past_train.shape, future_train.shape)


# %%
def wave_panels(titles, lines, alt):
    """Six test waves in grey and, for each panel, lines (steps, values, colour) upon them."""
    # pt: """Seis ondas de teste em cinza e, em cada quadro, linhas (passos, valores, cor) sobre elas."""
    fig, axes = plt.subplots(2, 3, figsize=(12, 5.6), sharex=True, sharey=True)
    for ax, title, i in zip(axes.flat, titles, chosen):
        ax.plot(np.arange(1, PAST + FUTURE + 1), series[2][i], "o:", color="0.55", markersize=4)
        ax.axvline(PAST + 0.5, color="0.7", linewidth=1)
        for steps, values, colour in lines:
            ax.plot(steps, values[i], color=colour)
        ax.set_title(title)
    axes[1, 1].set_xlabel("step")  # pt: "passo"
    plot.show(fig, alt)


chosen = [np.flatnonzero(kinds[2] == kind)[place] for place in (0, 1) for kind in range(3)]
shape_names = ["sine", "sawtooth", "triangle"] * 2  # pt: "seno", "dente de serra", "triângulo"
about = "Two sines, two sawtooths, two triangles of seventeen points; a line parts the first nine from the last eight."
# pt: "Dois senos, dois dentes de serra, dois triângulos de dezessete pontos; uma linha separa os nove primeiros dos oito últimos."
wave_panels(shape_names, [], about)


# %% [markdown] lang="en"
# Left of the line is the past, right of it the future. Before any network, the **baselines**: for the past, the mean wave and PCA with four numbers; for the future, the last value once more and again, the straight line through the last two values, and linear regression from
# the nine past values on the eight future ones.
#
# **Predict:** which of "last value" and "straight line" is worse, and is either better than the mean wave, which knows nothing of the wave at hand?
# %% [markdown] lang="pt-BR"
# À esquerda da linha está o passado; à direita, o futuro. Antes de qualquer rede, as **linhas de base**: para o passado, a onda média e a PCA com quatro números; para o futuro, o último valor repetido, a reta pelos dois últimos valores e a regressão linear dos
# nove valores passados para os oito futuros.
#
# **Arrisque:** qual é pior, "último valor" ou "reta"? E alguma das duas é melhor que a onda média, que nada sabe da onda em questão?
# %%
def mse(x, x_hat):
    """Mean squared error over everything."""
    # pt: """Erro quadrático médio sobre tudo."""
    return float(np.mean((np.asarray(x) - x_hat) ** 2))


def straight_line(past, steps):
    """The line through the last two values, carried on for `steps`; shape (n, steps, 1)."""
    # pt: """A reta pelos dois últimos valores, prolongada por `steps` passos; forma (n, steps, 1)."""
    slope = past[:, -1:] - past[:, -2:-1]
    return past[:, -1:] + slope * np.arange(1, steps + 1).reshape(1, -1, 1)


# %%
k = 4
flat = past_train[:, :, 0]
pca = PCA(k).fit(flat)
pca_past = pca.inverse_transform(pca.transform(past_test[:, :, 0]))
from_code = LinearRegression().fit(pca.transform(flat), future_train[:, :, 0])
from_past = LinearRegression().fit(flat, future_train[:, :, 0])
errors = {
    "mean": (mse(past_test, past_train.mean(0)), mse(future_test, future_train.mean(0))),
    "last": (None, mse(future_test, past_test[:, -1:])),
    "line": (None, mse(future_test, straight_line(past_test, FUTURE))),
    "pca": (
        mse(past_test[:, :, 0], pca_past),
        mse(future_test[:, :, 0], from_code.predict(pca.transform(past_test[:, :, 0]))),
    ),
    "regression": (None, mse(future_test[:, :, 0], from_past.predict(past_test[:, :, 0]))),
}


# %% [markdown] lang="en"
# The table with all of them comes when the networks have joined. First the autoencoder: an LSTM reads nine steps, a dense layer squeezes its last word into four numbers, a decoder writes nine steps. We write the builder so that it can attach **several decoders to one encoder**; for now it attaches one.
# %% [markdown] lang="pt-BR"
# A tabela com todas virá quando as redes tiverem entrado. Primeiro o autoencoder: uma LSTM lê nove passos, uma camada densa espreme a sua última palavra em quatro números, um decodificador escreve nove passos. Escrevemos o construtor de modo que possa ligar **vários decodificadores a um codificador**; por ora, liga um.
# %%
def build_encoder(code_size, units):
    """Nine steps in, one code out."""
    # pt: """Entram nove passos, sai um código."""
    parts = [layers.LSTM(units, unroll=True), layers.Dense(code_size, name="code")]
    return keras.Sequential([keras.Input((PAST, 1)), *parts], name="encoder")


def build_decoder(code_size, steps, units, name):
    """One code in, `steps` values out."""
    # pt: """Entra um código, saem `steps` valores."""
    repeat = [keras.Input((code_size,)), layers.RepeatVector(steps)]
    write = layers.LSTM(units, return_sequences=True, unroll=True)
    return keras.Sequential([*repeat, write, layers.TimeDistributed(layers.Dense(1))], name=name)


def build_recurrent(heads, code_size=4, units=48):
    """One encoder, a decoder for each head (name -> steps it writes), and the whole model."""
    # pt: """Um codificador, um decodificador por cabeça (nome -> passos que escreve) e o modelo todo."""
    encoder = build_encoder(code_size, units)
    decoders = {name: build_decoder(code_size, steps, units, name) for name, steps in heads.items()}
    past = keras.Input((PAST, 1), name="past")
    z = encoder(past)
    return encoder, decoders, keras.Model(past, {name: write(z) for name, write in decoders.items()})


# %%
targets = {"x_hat": past_train, "future": future_train}
targets_val = {"x_hat": past_val, "future": future_val}
targets_test = {"x_hat": past_test, "future": future_test}
epochs = settings.pick(quick=2, class_=20, full=60)
built, seconds = {}, {}


def train_waves(key, model, jit=False):
    """Train a model whose outputs are some of `targets`; keep it, and its test errors, as `key`."""
    # pt: """Treina um modelo cujas saídas são algumas de `targets`; guarda-o, com os erros, como `key`."""
    wanted, held_out = ({name: t[name] for name in model.output} for t in (targets, targets_val))
    _, seconds[key] = train(
        model, past_train, wanted, (past_val, held_out), epochs, batch=125, peak=8e-3, jit=jit
    )
    out, built[key] = model(past_test), model
    errors[key] = tuple(mse(targets_test[n], np.asarray(out[n])) if n in out else None for n in targets)


keras.utils.set_random_seed(settings.seed())
encoder, decoders, autoencoder = build_recurrent({"x_hat": PAST})
train_waves("reconstruct", autoencoder)
# %%
x_hat = np.asarray(autoencoder(past_test)["x_hat"])
about = (
    "Red: the reconstruction of the nine past points; it follows each wave, and rounds off corners and jumps."
    # pt: "Em vermelho, a reconstrução dos nove pontos passados; acompanha cada onda e arredonda cantos e saltos."
)
wave_panels(shape_names, [(range(1, PAST + 1), x_hat, plot.RED)], about)
# %% [markdown] lang="en"
# These waves were not in the training, and the answer follows *them*: now the network reads. It fails where a wave is not smooth: corners are rounded off, and the jump of a sawtooth becomes a slope.
#
# ## 4. Predict, and do both: the composite model
#
# A forecaster is the same network with other targets: the decoder writes the **next** eight values instead of the nine it read. N. Srivastava and colleagues (2015) joined the two: one encoder, **two decoders**, one of which reconstructs the past
# while the other predicts the future. The argument: who only reconstructs may keep trivial details; who only predicts may forget whatever lies far back; whoever must do both has to keep what both need.
# %% [markdown] lang="pt-BR"
# Essas ondas não estavam no treino, e a resposta acompanha *essas* ondas: agora a rede lê. Ela falha onde a onda não é suave: cantos saem arredondados, e o salto do dente de serra vira ladeira.
#
# ## 4. Prever, e fazer as duas coisas: o modelo composto
#
# Um previsor é a mesma rede com outros alvos: o decodificador escreve os oito valores **seguintes** em vez dos nove que leu. N. Srivastava e colegas (2015) juntaram os dois: um codificador, **dois decodificadores**, um dos quais reconstrói o passado
# enquanto o outro prevê o futuro. O argumento: quem só reconstrói pode guardar detalhes banais; quem só prevê pode esquecer o que ficou longe; quem precisa das duas coisas tem de guardar o que serve a ambas.
# %%
keras.utils.set_random_seed(settings.seed())
_, _, forecaster = build_recurrent({"future": FUTURE})
train_waves("predict", forecaster)

keras.utils.set_random_seed(settings.seed())
shared_encoder, two_decoders, composite = build_recurrent({"x_hat": PAST, "future": FUTURE})
train_waves("composite", composite)


# %% [markdown] lang="en"
# Is the encoder really shared? Shapes first; then a probe: we disturb the weights of the code layer, of which there is only one, and see whether *both* outputs change. Disturbing one decoder must change one output only.
# %% [markdown] lang="pt-BR"
# O codificador é mesmo compartilhado? Primeiro as formas; depois uma sonda: perturbamos os pesos da camada do código, que é uma só, e vemos se *as duas* saídas mudam. Perturbar um decodificador deve mudar uma saída só.
# %% tags=["nbval-check-output"]
def disturbed(model, part, x):
    """Which outputs of `model` change when the weights of `part` are doubled (and put back)."""
    # pt: """Quais saídas de `model` mudam quando os pesos de `part` dobram (e depois voltam)."""
    weights, before = part.get_weights(), model(x)
    part.set_weights([2 * w for w in weights])
    after = model(x)
    part.set_weights(weights)
    return {name: not np.array_equal(before[name], after[name]) for name in sorted(before)}


print({name: tuple(t.shape) for name, t in sorted(composite.output.items())})
print("encoder:", disturbed(composite, shared_encoder, past_test[:5]))  # pt: "codificador:"
print(
    "decoder of the future:", disturbed(composite, two_decoders["future"], past_test[:5])
)  # pt: "decodificador do futuro:"


# %% [markdown] lang="en"
# One rival more, for honesty: nine values in a fixed order need no recurrent network. A **dense** composite model with the same code of four numbers, and then the table.
# %% [markdown] lang="pt-BR"
# Mais um rival, por honestidade: nove valores em ordem fixa dispensam rede recorrente. Um modelo composto **denso**, com o mesmo código de quatro números, e então a tabela.
# %%
def build_dense(heads, code_size=4, units=96):
    """The dense rival of `build_recurrent`."""
    # pt: """O rival denso de `build_recurrent`."""
    past = keras.Input((PAST, 1), name="past")
    hidden = layers.Dense(units, "gelu")(layers.Flatten()(past))
    z = layers.Dense(code_size, name="code")(layers.Dense(units, "gelu")(hidden))
    outputs = {}
    for name, steps in heads.items():
        hidden = layers.Dense(units, "gelu")(layers.Dense(units, "gelu")(z))
        outputs[name] = layers.Reshape((steps, 1), name=name)(layers.Dense(steps)(hidden))
    return keras.Model(past, outputs)


keras.utils.set_random_seed(settings.seed())
train_waves("dense", build_dense({"x_hat": PAST, "future": FUTURE}))
# %%
about_rows = {
    "mean": ("mean wave", PAST + FUTURE, 0),  # pt: "onda média"
    "last": ("last value", 0, 4),  # pt: "último valor"
    "line": ("straight line", 0, 8),  # pt: "reta"
    "pca": (f"PCA, k = {k}, and regression from its code", 10 * k + 8 * (k + 1), 4 * k),
    # pt: f"PCA, k = {k}, e regressão a partir do código"
    "regression": ("linear regression from all nine", 80, 4 * PAST),
    # pt: "regressão linear a partir dos nove"
}
names = {
    "dense": "dense, composite",  # pt: "densa, composta"
    "reconstruct": "LSTM, reconstructs",  # pt: "LSTM, reconstrói"
    "predict": "LSTM, predicts",  # pt: "LSTM, prevê"
    "composite": "LSTM, composite",  # pt: "LSTM, composta"
}
about_rows |= {key: (name, built[key].count_params(), 4 * k) for key, name in names.items()}
rows = []
for key, (name, parameters, size) in about_rows.items():
    shown = ["–" if e is None else text.number(e, ".5f") for e in errors[key]]
    rows.append(
        (name, *shown, text.number(parameters, ",d"), str(size), text.number(seconds.get(key, 0), ".1f"))
    )
header = ("method", "MSE, past", "MSE, future", "parameters", "bytes per code", "seconds")
# pt: "método", "MSE, passado", "MSE, futuro"
text.table(header, rows, f"Test waves; noise alone: {text.number(NOISE**2, '.5f')}")
# pt: f"Ondas de teste; só o ruído: {text.number(NOISE**2, '.5f')}"
# %%
claims.check(
    COMPUTED,
    mean_past=errors["mean"][0],
    pca_past=errors["pca"][0],
    reconstruct_past=errors["reconstruct"][0],
    composite_past=errors["composite"][0],
    dense_past=errors["dense"][0],
    mean_future=errors["mean"][1],
    last_future=errors["last"][1],
    line_future=errors["line"][1],
    regression_future=errors["regression"][1],
    predict_future=errors["predict"][1],
    composite_future=errors["composite"][1],
    dense_future=errors["dense"][1],
)
# %% [markdown] lang="en"
# Read the table column by column.
#
# - **The past.** With four numbers PCA leaves {{ pca_past }}, the LSTM autoencoder {{ reconstruct_past }}. Waves of different period do not lie on a flat subspace, so here the bends pay, and there are thousands of examples to learn them from.
# - **The future.** "Last value" ({{ last_future }}) and above all "straight line" ({{ line_future }}) are worse than the mean wave ({{ mean_future }}): what goes up soon comes down. Linear regression from all nine values gets {{ regression_future }}, the LSTM through a code of only
#   four numbers {{ predict_future }}. A forecast that is not shown beside such baselines tells nothing.
# - **Both at once.** The composite model has {{ composite_past }} on the past and {{ composite_future }} on the future. Compare with the two specialists ({{ reconstruct_past }} and {{ predict_future }}): *one* code of four numbers now serves two tasks, and what that costs, or gains, stands there in figures. Do not take the argument for composite models on trust; measure it.
# - **The dense rival** has {{ dense_past }} and {{ dense_future }}, with as many parameters and a fraction of the arithmetic: it uses each weight once, an LSTM at every step. On short windows of fixed length a dense network is the first thing to try; recurrent layers earn their price where lengths vary, or where one rule holds at every step, as in section 6.
# %% [markdown] lang="pt-BR"
# Leia a tabela coluna por coluna.
#
# - **O passado.** Com quatro números, a PCA deixa {{ pca_past }}, o autoencoder LSTM {{ reconstruct_past }}. Ondas de períodos diferentes não moram num subespaço plano; aqui as curvas compensam, e há milhares de exemplos com que aprendê-las.
# - **O futuro.** "Último valor" ({{ last_future }}) e sobretudo "reta" ({{ line_future }}) são piores que a onda média ({{ mean_future }}): o que sobe logo desce. A regressão linear a partir dos nove valores chega a {{ regression_future }}; a LSTM, por um código de apenas
#   quatro números, a {{ predict_future }}. Uma previsão que não vem ao lado de linhas de base assim nada diz.
# - **As duas coisas.** O modelo composto tem {{ composite_past }} no passado e {{ composite_future }} no futuro. Compare com os dois especialistas ({{ reconstruct_past }} e {{ predict_future }}): *um* código de quatro números serve agora a duas tarefas, e o que isso custa, ou rende, está ali em números. Não aceite por fé o argumento a favor de modelos compostos; meça.
# - **O rival denso** fica em {{ dense_past }} e {{ dense_future }}, com outros tantos parâmetros e uma fração das contas: usa cada peso uma vez; uma LSTM, em todos os passos. Em janelas curtas de tamanho fixo, a rede densa é a primeira coisa a tentar; camadas recorrentes valem o que custam onde o tamanho varia, ou onde uma mesma regra vale em cada passo, como na seção 6.
# %%
out = {name: np.asarray(value) for name, value in composite(past_test).items()}
lines = [(range(1, PAST + 1), out["x_hat"], plot.RED)]
lines.append((range(PAST + 1, PAST + FUTURE + 1), out["future"], plot.BLUE))
about = "Composite model: red reconstructions follow the past, blue forecasts carry the wave on, least well around jumps."
# pt: "Modelo composto: reconstruções em vermelho seguem o passado, previsões em azul continuam a onda, pior perto dos saltos."
wave_panels(shape_names, lines, about)


# %% [markdown] lang="en"
# ## 5. Two ways to write, and three switches
#
# Our decoders get the code at every step and nothing else: `RepeatVector`. The whole future is written in one go; an error at step 3 is not handed to step 4. The other way writes **one step at a time**: the network gets the value before and answers the next.
#
# How is such a network trained? With **teacher forcing**: the value before is the *true* one, from the data, whatever the network would have said. That makes training stable and lets all steps be learnt at once. When it is used, nobody has the truth: it must eat its own answers
# (*free running*), and it never learnt to recover from them. The gap is called *exposure bias*.
#
# **Predict:** by what factor does the error grow from the first to the second?
# %% [markdown] lang="pt-BR"
# ## 5. Dois modos de escrever, e três chaves
#
# Nossos decodificadores recebem o código a cada passo e mais nada: `RepeatVector`. O futuro inteiro é escrito de uma vez; um erro no passo 3 não passa ao passo 4. O outro modo escreve **um passo por vez**: a rede recebe o valor anterior e responde o seguinte.
#
# Como se treina uma rede assim? Com ***teacher forcing***, o professor que corrige a cada passo: o valor anterior é o *verdadeiro*, tirado dos dados, seja lá o que a rede teria dito. Isso torna o treino estável e permite aprender todos os passos ao mesmo tempo. No uso, ninguém tem a verdade: a rede precisa comer as próprias respostas
# (marcha livre, *free running*), e nunca aprendeu a se recuperar delas. A diferença se chama viés de exposição (*exposure bias*).
#
# **Arrisque:** por que fator cresce o erro da primeira situação para a segunda?
# %%
def build_one_step(units=48):
    """At every step the next value, from this one and those before."""
    # pt: """A cada passo o valor seguinte, a partir deste e dos anteriores."""
    walk = layers.LSTM(units, return_sequences=True, unroll=True)
    steps = PAST + FUTURE - 1
    return keras.Sequential([keras.Input((steps, 1)), walk, layers.TimeDistributed(layers.Dense(1))])


def free_run(model, past):
    """The future as a one-step model writes it from its own answers; shape (n, FUTURE, 1)."""
    # pt: """O futuro como um modelo de um passo o escreve com as próprias respostas; (n, FUTURE, 1)."""
    written = np.zeros((len(past), PAST + FUTURE, 1), "float32")
    written[:, :PAST] = past
    for step in range(PAST, PAST + FUTURE):  # what is still zero lies ahead and is not read yet
        # pt: o que ainda é zero fica adiante e não foi lido
        written[:, step] = np.asarray(model(written[:, :-1]))[:, step - 1]
    return written[:, PAST:]


keras.utils.set_random_seed(settings.seed())
one_step = build_one_step()
held_out = (series[1][:, :-1], series[1][:, 1:])
train(one_step, series[0][:, :-1], series[0][:, 1:], held_out, epochs, batch=125, peak=8e-3)
# %%
written = {
    "one step, with teacher": np.asarray(one_step(series[2][:, :-1]))[:, PAST - 1 :],
    # pt: "um passo, com professor"
    "one step, free running": free_run(one_step, past_test),  # pt: "um passo, marcha livre"
    "repeated code (composite)": out["future"],  # pt: "código repetido (composto)"
    "linear regression": from_past.predict(past_test[:, :, 0])[:, :, None],  # pt: "regressão linear"
}
fig, ax = plt.subplots(figsize=(9, 4.5))
for (name, values), style in zip(written.items(), ("--", "-", "-", ":")):
    ax.plot(range(1, FUTURE + 1), ((values - future_test) ** 2).mean((0, 2)), style, label=name)
ax.set(xlabel="steps into the future", ylabel="mean squared error", ylim=0)  # pt: "passos no futuro"
about = "With a teacher the error stays low at all eight steps; free running it grows with the distance; the repeated code lies between, regression far above."
# pt: "Com professor o erro fica baixo nos oito passos; em marcha livre cresce com a distância; o código repetido fica entre os dois, a regressão bem acima."
ax.legend(frameon=False)
plot.show(fig, alt=about)
taught, free, *_ = (mse(future_test, values) for values in written.values())
claims.check(COMPUTED, taught_future=taught, free_future=free, free_ratio=free / taught)
# %% [markdown] lang="en"
# With the true value before, the network is off by {{ taught_future }}; on its own by {{ free_future }}, {{ free_ratio }} times as much. The dashed line is **no forecast of eight steps**: it is a forecast of one step, eight times, with the truth whispered in between. Papers and blogs that draw it over the data have a
# perfect-looking picture and the wrong question. (Two remarks for fairness: the one-step network has no bottleneck of four numbers, and its error grows with the distance, as an honest forecast's must.)
#
# Three switches that belong to recurrent layers, each tried on one example:
#
# - **`return_sequences`**: section 1. Between two recurrent layers, and before `TimeDistributed`, it must be on.
# - **Masking**: sequences of different length are padded to one length, and a mask tells the layer to skip the padding.
# - **`stateful`**: the memory is kept from one batch to the next, for recordings that arrive in pieces; you must then keep the order, and call `reset_state()` where a new recording starts.
# %% [markdown] lang="pt-BR"
# Com o valor anterior verdadeiro, a rede erra {{ taught_future }}; por conta própria, {{ free_future }}, {{ free_ratio }} vezes isso. A linha tracejada **não é uma previsão de oito passos**: é uma previsão de um passo, oito vezes, com a verdade soprada no meio. Artigos e blogs que a desenham sobre os dados têm uma
# figura que parece perfeita, e a pergunta errada. (Duas observações de justiça: a rede de um passo não tem o gargalo de quatro números, e seu erro cresce com a distância, como deve crescer o de uma previsão honesta.)
#
# Três chaves próprias das camadas recorrentes, cada uma experimentada num exemplo:
#
# - **`return_sequences`**: seção 1. Entre duas camadas recorrentes, e antes de `TimeDistributed`, tem de estar ligado.
# - **Máscara**: sequências de tamanhos diferentes são completadas até um só tamanho, e uma máscara manda a camada pular o enchimento.
# - **`stateful`**: a memória é conservada de um lote para o próximo, para gravações que chegam aos pedaços; é preciso então manter a ordem e chamar `reset_state()` onde começa outra gravação.
# %% tags=["nbval-check-output"]
read = layers.LSTM(8)
short = np.linspace(0.1, 0.5, 5, dtype="float32").reshape(1, 5, 1)
padded = np.pad(short, ((0, 0), (0, 4), (0, 0)), constant_values=-1)
truth = read(short)
masked = read(layers.Masking(mask_value=-1.0)(padded))
print("padded, no mask:", np.allclose(read(padded), truth, atol=1e-5))  # pt: "com enchimento, sem máscara:"
print("padded, masked: ", np.allclose(masked, truth, atol=1e-5))  # pt: "com enchimento e máscara:   "

keeps = layers.LSTM(8, stateful=True)
keeps.build((1, None, 1))
keeps.cell.set_weights(read.cell.get_weights())
keeps(short[:, :2])
print("in two pieces, with state:", np.allclose(keeps(short[:, 2:]), truth, atol=1e-5))
# pt: "em dois pedaços, com estado:"
print("in two pieces, no state:  ", np.allclose(read(short[:, 2:]), truth, atol=1e-5))
# pt: "em dois pedaços, sem estado:"
# %% [markdown] lang="en"
# Padding without a mask changes the code: the network reads the filler as data. And cutting a recording in two without state makes it forget the first piece.
#
# ## 6. Question and answer: adding digit by digit
#
# So far the output was the input, or its continuation. Nothing in *encoder, code, decoder* demands that. In **sequence to sequence** learning question and answer are different sequences, of different length: a sentence and its translation, or, small enough for us, `473+59` and `532`. The network sees only
# characters. Nobody tells it that `7` is more than `3`.
#
# Two decisions before training. **Order:** we write question and answer from right to left, as one adds at school: units first, so that the carry travels in the direction in which the decoder writes. **Held-out sums:** `12+345` and `345+12` are the same sum; if one is in the training part
# and the other in the test, the test leaks. So we deal out *unordered* pairs.
# %% [markdown] lang="pt-BR"
# Enchimento sem máscara muda o código: a rede lê o recheio como se fosse dado. E cortar uma gravação em duas, sem estado, faz esquecer o primeiro pedaço.
#
# ## 6. Pergunta e resposta: somar dígito por dígito
#
# Até aqui a saída era a entrada ou sua continuação. Nada em *codificador, código, decodificador* exige isso. No aprendizado **de sequência para sequência** (*sequence to sequence*), pergunta e resposta são sequências diferentes, de tamanhos diferentes: uma frase e sua tradução ou, pequeno o bastante para nós, `473+59` e `532`. A rede vê só
# caracteres. Ninguém lhe diz que `7` é mais que `3`.
#
# Duas decisões antes do treino. **Ordem:** escrevemos pergunta e resposta da direita para a esquerda, como se soma na escola: primeiro as unidades, para que o "vai um" ande no sentido em que o decodificador escreve. **Somas reservadas:** `12+345` e `345+12` são a mesma soma; se uma está no treino
# e a outra no teste, o teste vaza. Por isso repartimos pares *sem ordem*.
# %%
CHARACTERS = "0123456789+ "
ASKED, ANSWERED = 7, 4  # characters of "999+999" and of "1998"  # pt: caracteres de "999+999" e de "1998"


def one_hot(texts):
    """Texts of equal length as (n, characters, len(CHARACTERS)): a single 1 at each place."""
    # pt: """Textos de mesmo tamanho como (n, caracteres, len(CHARACTERS)): um único 1 em cada lugar."""
    places = np.array([[CHARACTERS.index(c) for c in text] for text in texts])
    return np.eye(len(CHARACTERS), dtype="float32")[places]


def questions(a, b):
    """The sums a + b, written from right to left: 47 + 5 is "  5+ 74" read backwards."""
    # pt: """As somas a + b, escritas da direita para a esquerda, com espaços à esquerda dos números."""
    return one_hot([f"{i:3d}+{j:3d}"[::-1] for i, j in zip(a, b)])


def solutions(a, b):
    """Their results, also from right to left."""
    # pt: """Os resultados, também da direita para a esquerda."""
    return one_hot([f"{i + j:4d}"[::-1] for i, j in zip(a, b)])


# %%
def sum_parts(sizes, seed):
    """Disjoint parts of all unordered pairs below 1000; half of the pairs swapped. Lists of (a, b)."""
    # pt: """Partes disjuntas de todos os pares sem ordem até 999; metade deles trocada. Lista de (a, b)."""
    rng = np.random.default_rng(seed)
    pairs = np.stack(np.triu_indices(1000))
    dealt = pairs[:, rng.permutation(pairs.shape[1])[: sum(sizes)]]
    swap = rng.random(dealt.shape[1]) < 0.5
    dealt = np.where(swap, dealt[::-1], dealt)
    return np.split(dealt, np.cumsum(sizes)[:-1], axis=1)


count = settings.pick(quick=1024, class_=40_960, full=102_400)
sums = sum_parts((count, 2000, 2000), seed=2026)
(x_train, y_train), (x_val, y_val), (x_test, y_test) = ((questions(*p), solutions(*p)) for p in sums)
share = count / (1000 * 1001 / 2)
print(x_train.shape, y_train.shape)
asked, answered = ("".join(CHARACTERS[i] for i in one.argmax(1)) for one in (x_test[0], y_test[0]))
print(f"{asked} -> {answered}   ({asked[::-1]} = {answered[::-1]})")


# %% [markdown] lang="en"
# The network is that of section 3 without the narrow code (a sum needs all its digits), and with twelve classes at each step instead of one value. Softmax is left to the cost function (*logits*), which is more exact. XLA (`jit_compile`) takes a few seconds to compile and pays for it here, on a long training; on the short ones above it did not.
# %% [markdown] lang="pt-BR"
# A rede é a da seção 3 sem o código estreito (uma soma precisa de todos os dígitos) e com doze classes em cada passo em vez de um valor. O softmax fica por conta da função de custo (*logits*), o que é mais exato. O XLA (`jit_compile`) leva alguns segundos para compilar e aqui, num treino longo, compensa; nos curtos, acima, não compensava.
# %%
def build_adder(units=128):
    """Seven characters in, scores (logits) of twelve characters at each of four places out."""
    # pt: """Entram sete caracteres, saem notas (logits) de doze caracteres em cada um de quatro lugares."""
    return keras.Sequential(
        [
            keras.Input((ASKED, len(CHARACTERS))),
            layers.LSTM(units, unroll=True),
            layers.RepeatVector(ANSWERED),
            layers.LSTM(units, return_sequences=True, unroll=True),
            layers.TimeDistributed(layers.Dense(len(CHARACTERS))),
        ],
        name="adder",
    )


# %%
keras.utils.set_random_seed(settings.seed())
adder = build_adder()
epochs = settings.pick(quick=1, class_=7, full=40)
history, adder_seconds = train(
    adder,
    x_train,
    y_train,
    (x_val, y_val),
    epochs,
    batch=128,
    peak=4e-3,
    loss=keras.losses.CategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
    jit=settings.pick(quick=False, class_=True, full=True) and environment.xla_works(),
)
# %%
labels = {"accuracy": "training", "val_accuracy": "validation"}  # pt: "accuracy"
fig, ax = plt.subplots(figsize=(9, 4))
for name in [n for n in labels if n in history.history]:
    style = "o-" if name == "val_accuracy" else "o--"
    ax.plot(range(1, epochs + 1), history.history[name], style, label=labels[name])
ax.set(xlabel="epoch", ylabel="share of right characters", ylim=(0, 1.02))
# pt: "fração de caracteres certos"
about = "The share of right characters climbs from a third close to one within a few epochs, validation ahead of training."
# pt: "A fração de caracteres certos sobe de um terço até perto de um em poucas épocas, a validação à frente do treino."
ax.legend(frameon=False)
plot.show(fig, alt=about)


# %% [markdown] lang="en"
# A few epochs of groping, then suddenly almost everything: first the network finds out how long answers are and which first digits are frequent, then which digits to add, last the carry. (Validation runs ahead of training because the training share is an average over an epoch in which the network is still getting better.)
#
# The measure is strict: a sum is right only if **all four** characters are. The rivals: the most frequent character at each place; *memory*, which looks up the most similar training question and copies its answer; and plain linear regression on the same one-hot
# characters, rounded to a whole number.
#
# **Predict:** which of the three will do best?
# %% [markdown] lang="pt-BR"
# Algumas épocas às apalpadelas e, de repente, quase tudo: primeiro a rede descobre o tamanho das respostas e que dígitos são frequentes no início; depois, que dígitos somar; por fim, o "vai um". (A validação anda à frente do treino porque a fração de treino é uma média sobre uma época em que a rede ainda melhora.)
#
# A medida é severa: uma soma só está certa se **os quatro** caracteres estão. Os rivais: o caractere mais frequente em cada lugar; a *memória*, que procura a pergunta de treino mais parecida e copia a resposta; e a simples regressão linear sobre os mesmos caracteres,
# arredondada a um número inteiro.
#
# **Arrisque:** qual das três se sairá melhor?
# %%
def right(y, scores):
    """Share of right characters, and of answers with all characters right."""
    # pt: """Fração de caracteres certos e de respostas com todos os caracteres certos."""
    hits = y.argmax(-1) == scores.argmax(-1)
    return float(hits.mean()), float(hits.all(axis=1).mean())


frequent = np.broadcast_to(y_train.mean(0), y_test.shape)
flat_train, flat_test = (x.reshape(len(x), -1) for x in (x_train, x_test))
start = time.perf_counter()
nearest = np.concatenate([(part @ flat_train.T).argmax(1) for part in np.array_split(flat_test, 10)])
memory_seconds = time.perf_counter() - start
start = time.perf_counter()
ols = LinearRegression().fit(flat_train, sums[0].sum(0))
total = np.clip(np.rint(ols.predict(flat_test)), 0, 1998).astype(int)
ols_seconds = time.perf_counter() - start
results = {
    "frequent": right(y_test, frequent),
    "memory": right(y_test, y_train[nearest]),
    "regression": right(y_test, solutions(total, np.zeros_like(total))),
    "adder": right(y_test, np.asarray(adder(x_test))),
}
# %%
facts = {
    "frequent": ("most frequent character", ANSWERED, 0),  # pt: "caractere mais frequente"
    "memory": ("memory: most similar training sum", flat_train.size, memory_seconds),
    # pt: "memória: soma de treino mais parecida"
    "regression": ("linear regression, rounded", flat_train.shape[1] + 1, ols_seconds),
    # pt: "regressão linear, arredondada"
    "adder": ("LSTM, sequence to sequence", adder.count_params(), adder_seconds),
    # pt: "LSTM, sequência para sequência"
}
rows = [
    (name, *(text.number(r, ".1%") for r in results[key]), text.number(size, ",d"), text.number(spent, ".1f"))
    for key, (name, size, spent) in facts.items()
]
header = ("method", "characters right", "sums right", "numbers kept", "seconds")
# pt: "método", "caracteres certos", "somas certas", "números guardados"
text.table(header, rows, "2,000 sums that are not in the training part")
# pt: "2.000 somas que não estão no treino"
claims.check(
    COMPUTED,
    sums_share=share,
    adder_right=results["adder"][1],
    adder_characters=results["adder"][0],
    memory_right=results["memory"][1],
    regression_right=results["regression"][1],
)


# %% [markdown] lang="en"
# From {{ sums_share }} of all sums the LSTM learnt to do {{ adder_right }} of the others. Memory does {{ memory_right }}: similar questions do not have equal answers, so this is no recall. And **linear regression does {{ regression_right }}**, in a blink: a sum *is* linear in its digits, once somebody says that the answer is a number.
# That is the point: the regression was told what numbers are. The network was told nothing, neither that these are digits nor that there is a carry; with other pairs of sequences the same program would have learnt another rule. When you know the rule, use the rule.
#
# ### Explore
#
# Two sliders set the numbers; the picture shows how sure the network is of each character. Find a sum of which it is unsure, or one that it gets wrong: try `999 + 1`, and two numbers of one digit. Why are the short ones harder?
# %% [markdown] lang="pt-BR"
# Com {{ sums_share }} de todas as somas, a LSTM aprendeu a fazer {{ adder_right }} das outras. A memória faz {{ memory_right }}: perguntas parecidas não têm respostas iguais, logo isto não é lembrança. E **a regressão linear faz {{ regression_right }}**, num piscar de olhos: uma soma *é* linear nos dígitos, desde que alguém diga que a resposta é um número.
# Esse é o ponto: à regressão disseram o que são números. À rede nada disseram, nem que aquilo são dígitos, nem que existe "vai um"; com outros pares de sequências, o mesmo programa teria aprendido outra regra. Quando você conhece a regra, use a regra.
#
# ### Explore
#
# Dois controles definem os números; a figura mostra quão segura está a rede de cada caractere. Ache uma soma de que ela não tenha certeza, ou uma que ela erre: tente `999 + 1` e dois números de um dígito. Por que os curtos são mais difíceis?
# %%
def confidences(a, b):
    """Probability of each character at each place of a + b, in reading order; (ANSWERED, 12)."""
    # pt: """Probabilidade de cada caractere em cada lugar de a + b, na ordem de leitura; (ANSWERED, 12)."""
    scores = np.asarray(adder(questions([a], [b])))[0, ::-1].astype("float64")
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


explore.sequences.digits(confidences, CHARACTERS)
# %% [markdown] lang="en"
# Pairs were drawn evenly from all pairs, and nine tenths of all numbers below 1000 have three digits: of two numbers with one digit the network saw a handful of examples. It is sure where its examples are.
#
# ## 7. Films: one image network for every frame
#
# A step need not be a number. In a film each step is an image, and the tensor has five axes: `(films, frames, height, width, 1)`. What shall read an image is a convolutional network, and it should be **the same one for every frame**: what a 3 looks like does not depend on the time. That is what `TimeDistributed` is for.
#
# Our films are made on the spot: a digit, shrunk to 10 × 10 pixels, moves over a 16 × 16 field with constant speed and bounces off the walls. Six frames are shown, four follow. Digits of the test films come from MNIST's test part.
# %% [markdown] lang="pt-BR"
# Os pares foram sorteados por igual entre todos, e nove décimos dos números até 999 têm três dígitos: de dois números de um dígito, a rede viu um punhado de exemplos. Ela tem certeza onde estão os seus exemplos.
#
# ## 7. Filmes: uma só rede de imagens para todos os quadros
#
# Um passo não precisa ser um número. Num filme, cada passo é uma imagem, e o tensor tem cinco eixos: `(filmes, quadros, altura, largura, 1)`. Quem deve ler a imagem é uma rede convolucional, e convém que seja **a mesma em todos os quadros**: a cara de um 3 não depende do instante. É para isso que existe `TimeDistributed`.
#
# Nossos filmes são feitos na hora: um dígito, encolhido a 10 × 10 pixels, anda com velocidade constante por um campo de 16 × 16 e ricocheteia nas paredes. Seis quadros são mostrados, quatro vêm depois. Os dígitos dos filmes de teste saem da parte de teste do MNIST.
# %%
SIDE, DIGIT = 16, 10
SEEN, NEXT = settings.pick(quick=(3, 2), class_=(6, 4), full=(6, 4))


def films(images, count, rng):
    """Moving digits from `images` (n, 28, 28): float32 (count, SEEN + NEXT, SIDE, SIDE, 1)."""
    # pt: """Dígitos de `images` (n, 28, 28) em movimento: float32 (count, SEEN + NEXT, SIDE, SIDE, 1)."""
    small = images[rng.integers(len(images), size=count), 4:24, 4:24]
    small = small.reshape(count, DIGIT, 2, DIGIT, 2).mean((2, 4))
    room, steps = SIDE - DIGIT, np.arange(SEEN + NEXT).reshape(1, -1, 1)
    place = rng.uniform(0, room, (count, 1, 2)) + rng.uniform(-1.5, 1.5, (count, 1, 2)) * steps
    place = np.abs((place + room) % (2 * room) - room)  # walls are mirrors  # pt: as paredes são espelhos
    rows, columns = np.moveaxis(np.round(place).astype(int), 2, 0)
    made = np.zeros((count, SEEN + NEXT, SIDE, SIDE, 1), "float32")
    inside = np.arange(DIGIT)
    for film, image in enumerate(small):
        for frame in range(SEEN + NEXT):
            made[film, frame, rows[film, frame] + inside[:, None], columns[film, frame] + inside, 0] = image
    return made


# %%
mnist = data.mnist.load()
print(mnist.provenance)
cut = len(mnist.x_train) * 9 // 10
count = settings.pick(quick=200, class_=5000, full=20_000)
rng = np.random.default_rng(2026)
film_train = films(mnist.x_train[:cut], count, rng)
film_val = films(mnist.x_train[cut:], 500, rng)
film_test = films(mnist.x_test, 500, rng)
seen_train, seen_val, seen_test = (f[:, :SEEN] for f in (film_train, film_val, film_test))
next_train, next_val, next_test = (f[:, SEEN:] for f in (film_train, film_val, film_test))
plot.image_rows(
    {str(i + 1): film_test[i, ..., 0] for i in range(3)},
    alt="Three films of ten frames: a digit drifts over the field and turns round at the edge.",
    # pt: "Três filmes de dez quadros: um dígito desliza pelo campo e volta ao bater na borda."
)


# %% [markdown] lang="en"
# The parts: an **eye** (convolutions; a frame becomes 32 numbers) and a **brush** (the way back). Around them the composite model of section 4: `TimeDistributed(eye)`, an LSTM, a code of 32 numbers for the *whole film*, and two decoders that share the brush.
#
# Trained all at once from random weights, this model stays for long at the mean of all films, a blurred spot: too many parts wait for each other. So we train in two stages. First eye and brush alone, as an autoencoder of single frames; then everything together, starting from these weights.
# %% [markdown] lang="pt-BR"
# As partes: um **olho** (convoluções; um quadro vira 32 números) e um **pincel** (o caminho de volta). Em torno deles, o modelo composto da seção 4: `TimeDistributed(eye)`, uma LSTM, um código de 32 números para o *filme inteiro* e dois decodificadores que dividem o pincel.
#
# Treinado de uma vez, a partir de pesos aleatórios, esse modelo fica muito tempo parado na média de todos os filmes, uma mancha borrada: partes demais esperam umas pelas outras. Por isso treinamos em duas etapas. Primeiro só olho e pincel, como autoencoder de quadros avulsos; depois tudo junto, partindo desses pesos.
# %%
def build_eye(features=32):
    """A frame in, `features` numbers out."""
    # pt: """Entra um quadro, saem `features` números."""
    look = [layers.Conv2D(n, 3, 2, "same", activation="gelu") for n in (16, 32)]
    return keras.Sequential(
        [keras.Input((SIDE, SIDE, 1)), *look, layers.Flatten(), layers.Dense(features)], name="eye"
    )


def build_brush(features=32):
    """`features` numbers in, a frame out."""
    # pt: """Entram `features` números, sai um quadro."""
    small = SIDE // 4
    first = [layers.Dense(small * small * 32, "gelu"), layers.Reshape((small, small, 32))]
    paint = layers.Conv2DTranspose(16, 3, 2, "same", activation="gelu")
    last = layers.Conv2DTranspose(1, 3, 2, "same", activation="sigmoid")
    return keras.Sequential([keras.Input((features,)), *first, paint, last], name="brush")


# %%
def build_film_model(eye, brush, code_size=32, units=128):
    """Encoder of films, and the composite model: frames seen, frames to come."""
    # pt: """Codificador de filmes e o modelo composto: quadros vistos, quadros por vir."""
    seen = keras.Input((SEEN, SIDE, SIDE, 1), name="seen")
    walk = layers.LSTM(units, unroll=True)(layers.TimeDistributed(eye)(seen))
    z = layers.Dense(code_size, name="code")(walk)
    outputs = {}
    for name, steps in {"x_hat": SEEN, "future": NEXT}.items():
        write = layers.LSTM(units, return_sequences=True, unroll=True)(layers.RepeatVector(steps)(z))
        features = layers.TimeDistributed(layers.Dense(brush.input_shape[-1]))(write)
        outputs[name] = layers.TimeDistributed(brush, name=name)(features)
    return keras.Model(seen, z, name="film_encoder"), keras.Model(seen, outputs, name="film_model")


# %%
keras.utils.set_random_seed(settings.seed())
eye, brush = build_eye(), build_brush()
frame_model = keras.Sequential([eye, brush])
frames, frames_val = (f[:, ::2].reshape(-1, SIDE, SIDE, 1) for f in (film_train, film_val))
epochs = settings.pick(quick=1, class_=5, full=10)
_, eye_seconds = train(
    frame_model,
    frames,
    frames,
    (frames_val, frames_val),
    epochs,
    batch=125,
    peak=5e-3,
    loss="binary_crossentropy",
)
# %%
film_encoder, film_model = build_film_model(eye, brush)
epochs = settings.pick(quick=1, class_=7, full=30)
history, film_seconds = train(
    film_model,
    seen_train,
    {"x_hat": seen_train, "future": next_train},
    (seen_val, {"x_hat": seen_val, "future": next_val}),
    epochs,
    batch=50,
    peak=3e-3,
    loss="binary_crossentropy",
)
print([layer.name for layer in film_model.layers])
# %% [markdown] lang="en"
# **Baselines.** For the frames seen: the mean frame of the film (which must keep a whole image), and PCA on the six frames with a code of 32 numbers. For the frames to come: the last frame, repeated; the mean of all training films; and linear regression from PCA's code.
# %% [markdown] lang="pt-BR"
# **Linhas de base.** Para os quadros vistos: o quadro médio do filme (que precisa guardar uma imagem inteira) e a PCA sobre os seis quadros com um código de 32 números. Para os quadros por vir: o último quadro, repetido; a média de todos os filmes de treino; e a regressão linear a partir do código da PCA.
# %%
flat_train, flat_test = (f.reshape(len(f), -1) for f in (seen_train, seen_test))
start = time.perf_counter()
film_pca = PCA(32, svd_solver="randomized", random_state=0).fit(flat_train)
ahead = LinearRegression().fit(film_pca.transform(flat_train), next_train.reshape(len(next_train), -1))
film_pca_seconds = time.perf_counter() - start
z = film_pca.transform(flat_test)
film_hat = {
    "still": (seen_test.mean(1, keepdims=True), seen_test.mean(1, keepdims=True)),
    "last": (None, seen_test[:, -1:]),
    "mean": (seen_train.mean(0), next_train.mean(0)),
    "pca": (
        film_pca.inverse_transform(z).reshape(seen_test.shape),
        ahead.predict(z).reshape(next_test.shape),
    ),
}
out = {name: np.asarray(value) for name, value in film_model(seen_test).items()}
film_hat["lstm"] = out["x_hat"], out["future"]
film_errors = {
    key: [None if hat is None else mse(x, hat) for x, hat in zip((seen_test, next_test), pair)]
    for key, pair in film_hat.items()
}
# %%
pixels = SIDE * SIDE
facts = {
    "mean": ("mean of all films", (SEEN + NEXT) * pixels, 0, 0),  # pt: "média de todos os filmes"
    "still": ("mean frame of the film", 0, 4 * pixels, 0),  # pt: "quadro médio do filme"
    "last": ("last frame, repeated", 0, 4 * pixels, 0),  # pt: "último quadro, repetido"
    "pca": ("PCA, k = 32, and regression from its code", 33 * (SEEN + NEXT) * pixels, 128, film_pca_seconds),
    # pt: "PCA, k = 32, e regressão a partir do código"
    "lstm": ("TimeDistributed eye, LSTM, brush", film_model.count_params(), 128, eye_seconds + film_seconds),
    # pt: "olho em TimeDistributed, LSTM, pincel"
}
# %%
rows = []
for key, (name, parameters, size, spent) in facts.items():
    shown = ["–" if e is None else text.number(e, ".4f") for e in film_errors[key]]
    rows.append(
        (name, *shown, text.number(parameters, ",d"), text.number(size, ",d"), text.number(spent, ".1f"))
    )
header = ("method", "MSE, frames seen", "MSE, frames to come", "parameters", "bytes per code", "seconds")
# pt: "método", "MSE, quadros vistos", "MSE, quadros por vir"
text.table(header, rows, "Test films")  # pt: "Filmes de teste"
claims.check(
    mnist.source,
    film_still=film_errors["still"][0],
    film_pca=film_errors["pca"][0],
    film_lstm=film_errors["lstm"][0],
    film_last=film_errors["last"][1],
    film_mean_next=film_errors["mean"][1],
    film_pca_next=film_errors["pca"][1],
    film_lstm_next=film_errors["lstm"][1],
)
# %%
shown = {}
for i in range(2):
    panels = {
        "film": film_test[i],  # pt: "filme"
        "LSTM": np.concatenate([out["x_hat"][i], out["future"][i]]),
        "PCA": np.concatenate([film_hat["pca"][0][i], film_hat["pca"][1][i]]),
    }
    shown |= {f"{name} {i + 1}": frames[..., 0].clip(0, 1) for name, frames in panels.items()}
plot.image_rows(
    shown,
    alt="Two films over LSTM and PCA, six frames seen and four to come: the LSTM paints one moving blurred digit, PCA grey clouds.",
    # pt: "Dois filmes sobre LSTM e PCA, seis quadros vistos e quatro por vir: a LSTM pinta um dígito borrado que anda; a PCA, nuvens cinzentas."
)
# %% [markdown] lang="en"
# The first six columns were seen, the last four were not. Repeating the last frame costs {{ film_last }}, more than the mean of all films ({{ film_mean_next }}), since a digit at the wrong place is wrong twice. The recurrent model gets {{ film_lstm_next }}, PCA with regression {{ film_pca_next }}. On the frames seen: {{ film_lstm }} against PCA's {{ film_pca }}
# and {{ film_still }} of the mean frame, which keeps eight times as many numbers. A shifted image is a curved path in pixel space: where one thing *moves*, a flat subspace is a poor code.
#
# The look of the answers tells what the squared error hides: place and motion are right, the digit is blurred. With 32 numbers for six frames, shape is what the code gives up first.
#
# ## 8. Heartbeats: recurrent, dense, or linear?
#
# Lesson 05 finds abnormal heartbeats by the error of a dense autoencoder that has seen normal beats only. A beat is a sequence of 140 values: a case for an LSTM? Same question, same data, three answers with a code of **eight numbers**: PCA, the dense network (140–32–16–8–16–32–140), and the LSTM. In the file every beat
# has mean 0 and variance 1, so nothing is left to be scaled. Models see normal training beats only; the score of a test beat is its mean absolute error; the **positive** class is *abnormal*, and the ROC area says how often an abnormal beat has the larger error.
#
# One trick: read value by value, a beat has 140 steps, and the LSTM must carry the first to the last. Read in **pieces of ten values**, it has 14 steps. We train both.
# %% [markdown] lang="pt-BR"
# As seis primeiras colunas foram vistas; as quatro últimas, não. Repetir o último quadro custa {{ film_last }}, mais que a média de todos os filmes ({{ film_mean_next }}), pois um dígito no lugar errado erra duas vezes. O modelo recorrente chega a {{ film_lstm_next }}; a PCA com regressão, a {{ film_pca_next }}. Nos quadros vistos: {{ film_lstm }} contra {{ film_pca }} da PCA
# e {{ film_still }} do quadro médio, que guarda oito vezes mais números. Uma imagem que se desloca percorre uma curva no espaço dos pixels: onde algo *anda*, um subespaço plano é um código ruim.
#
# A aparência das respostas conta o que o erro quadrático esconde: lugar e movimento estão certos, o dígito está borrado. Com 32 números para seis quadros, a forma é a primeira coisa de que o código abre mão.
#
# ## 8. Batimentos: recorrente, denso ou linear?
#
# A aula 05 encontra batimentos anormais pelo erro de um autoencoder denso que só viu batimentos normais. Um batimento é uma sequência de 140 valores: um caso para a LSTM? A mesma pergunta, os mesmos dados, três respostas com um código de **oito números**: PCA, rede densa (140–32–16–8–16–32–140) e LSTM. No arquivo, cada batimento
# tem média 0 e variância 1; nada resta a escalar. Os modelos só veem batimentos normais de treino; a nota de um batimento de teste é o seu erro absoluto médio; a classe **positiva** é *anormal*, e a área sob a curva ROC diz com que frequência um batimento anormal tem o erro maior.
#
# Um truque: lido valor por valor, um batimento tem 140 passos, e a LSTM precisa carregar o primeiro até o último. Lido em **pedaços de dez valores**, tem 14 passos. Treinamos as duas.
# %%
beats = data.ecg_anomalies.heartbeats()
print(beats.provenance)
order = np.random.default_rng(2026).permutation(len(beats.x))
part_train, part_val, part_test = np.split(order, [int(0.6 * len(order)), int(0.8 * len(order))])
beat_train, beat_val = (beats.x[p][beats.normal[p]] for p in (part_train, part_val))
beat_test, abnormal = beats.x[part_test], ~beats.normal[part_test]
print(beat_train.shape, beat_val.shape, beat_test.shape)


def build_beat_dense():
    """140 values, a code of 8, 140 values."""
    # pt: """140 valores, um código de 8, 140 valores."""
    hidden = [layers.Dense(n, None if n == 8 else "relu") for n in (32, 16, 8, 16, 32)]
    return keras.Sequential([keras.Input((140,)), *hidden, layers.Dense(140)])


def build_beat_lstm(width, units=64):
    """Pieces of `width` values, a code of 8, the pieces again."""
    # pt: """Pedaços de `width` valores, um código de 8, os pedaços de volta."""
    steps, short = 140 // width, width > 4  # a long sequence is run as a loop
    # pt: uma sequência longa roda num laço
    read, write = layers.LSTM(units, unroll=short), layers.LSTM(units, return_sequences=True, unroll=short)
    parts = [read, layers.Dense(8, name="code"), layers.RepeatVector(steps), write, layers.Dense(width)]
    return keras.Sequential([keras.Input((steps, width)), *parts])


# %%
batch = settings.pick(quick=256, class_=32, full=32)
contest = {
    "dense": (build_beat_dense, (140,), settings.pick(quick=4, class_=100, full=200), 64, 3e-3),
    "pieces": (
        lambda: build_beat_lstm(10),
        (14, 10),
        settings.pick(quick=1, class_=40, full=150),
        batch,
        5e-3,
    ),
    "values": (
        lambda: build_beat_lstm(1, 32),
        (140, 1),
        settings.pick(quick=1, class_=6, full=150),
        batch,
        8e-3,
    ),
}
# %%
beat_models, beat_hat, beat_seconds = {}, {}, {}
for key, (build, shape, epochs, batch, peak) in contest.items():
    keras.utils.set_random_seed(settings.seed())
    beat_models[key] = build()
    x, x_held_out = (b.reshape(-1, *shape) for b in (beat_train, beat_val))
    _, beat_seconds[key] = train(beat_models[key], x, x, (x_held_out, x_held_out), epochs, batch, peak)
    beat_hat[key] = np.asarray(beat_models[key](beat_test.reshape(-1, *shape))).reshape(-1, 140)
start = time.perf_counter()
beat_pca = PCA(8).fit(beat_train)
beat_seconds["pca"] = time.perf_counter() - start
beat_hat["pca"] = beat_pca.inverse_transform(beat_pca.transform(beat_test))
beat_hat["mean"] = np.broadcast_to(beat_train.mean(0), beat_test.shape)
# %%
scores = {key: np.abs(beat_test - hat).mean(1) for key, hat in beat_hat.items()}
normal_error = {key: float(score[~abnormal].mean()) for key, score in scores.items()}
area = {key: float(roc_auc_score(abnormal, score)) for key, score in scores.items()}
facts = {
    "mean": ("mean beat", 140, 0),
    "pca": ("PCA, k = 8", 140 * 9, 32),
    "dense": ("dense", beat_models["dense"].count_params(), 32),  # pt: "densa"
    "pieces": ("LSTM, ten values a step", beat_models["pieces"].count_params(), 32),
    "values": ("LSTM, one value a step", beat_models["values"].count_params(), 32),
    # pt: "LSTM, um valor por passo"
}
# %%
rows = []
for key, (name, parameters, size) in facts.items():
    figures = text.number(normal_error[key], ".4f"), text.number(area[key], ".4f")
    rows.append(
        (
            name,
            *figures,
            text.number(parameters, ",d"),
            str(size),
            text.number(beat_seconds.get(key, 0), ".1f"),
        )
    )
header = (
    "method",  # pt: "método"
    "mean abs. error, normal beats",  # pt: "erro abs. médio, normais"
    "ROC area (positive: abnormal)",  # pt: "área ROC (positivo: anormal)"
    "parameters",
    "bytes per code",
    "seconds",
)
text.table(header, rows, "Test beats")  # pt: "Batimentos de teste"
# %%
claims.check(
    beats.source,
    beat_mean=normal_error["mean"],
    beat_pca=normal_error["pca"],
    beat_dense=normal_error["dense"],
    beat_pieces=normal_error["pieces"],
    beat_values=normal_error["values"],
    area_mean=area["mean"],
    area_pca=area["pca"],
    area_dense=area["dense"],
    area_pieces=area["pieces"],
    area_values=area["values"],
)
# %%
fig, axes = plt.subplots(1, 2, figsize=(12, 4.4), sharey=True)
titles = ("a normal test beat", "an abnormal test beat")
# pt: "um batimento de teste normal", "um batimento de teste anormal"
labels = {"dense": "dense", "pieces": "LSTM, ten values a step", "pca": "PCA"}
# pt: "densa", "pieces", "LSTM, dez valores por passo", "pca", "PCA"
for ax, title, i in zip(axes, titles, (np.flatnonzero(~abnormal)[0], np.flatnonzero(abnormal)[0])):
    ax.plot(beat_test[i], color="0.2", linewidth=1.5)
    for key, label in labels.items():
        ax.plot(beat_hat[key][i], linewidth=2, label=label)
    ax.set_title(title)
axes[0].set(xlabel="step", ylabel="standard deviations")  # pt: "passo"
about = "Left, a normal beat that all three follow; right, an abnormal beat that the networks miss and PCA follows in part."
# pt: "À esquerda, um batimento normal que os três acompanham; à direita, um anormal que as redes erram e a PCA acompanha em parte."
axes[0].legend(frameon=False, fontsize=13)
plot.show(fig, alt=about)
# %% [markdown] lang="en"
# The verdict, with all figures from the table:
#
# - **Error on normal beats:** PCA {{ beat_pca }}, the LSTM that reads pieces {{ beat_pieces }}, the dense network {{ beat_dense }}; the mean beat {{ beat_mean }}. No network gets clearly ahead of PCA: normal beats of one patient, aligned by one program, lie close to a flat subspace, and there is little left to bend for.
# - **ROC area:** LSTM in pieces {{ area_pieces }}, dense {{ area_dense }}, PCA {{ area_pca }}. To rebuild normal beats best is not yet to tell abnormal ones best: PCA's flat subspace goes on beyond the normal beats and rebuilds part of the abnormal ones too (in the right-hand picture it follows the fall at the end). But the mean beat, with *no code at all*, already has
#   {{ area_mean }}: most abnormal beats here are so different that any yardstick shows them. Who reports only the network's area hides that.
# - **Value by value** the LSTM has an error of {{ beat_values }} after its few epochs, about that of the mean beat: so far it has learnt little else. Each epoch costs several times one in pieces, since 140 steps must be done one after the other, and the gradient has to travel back through all of them. Choose what a step is.
# - **Seconds:** PCA needs none to speak of; the price of the others stands in the last column.
#
# So: for aligned pieces of fixed length, start with PCA and a dense network. The LSTM's time comes when sequences have different lengths, or run on without end. (A teaching example of one patient, no medical device.)
# %% [markdown] lang="pt-BR"
# O veredito, com todos os valores na tabela:
#
# - **Erro em batimentos normais:** PCA {{ beat_pca }}; LSTM que lê pedaços, {{ beat_pieces }}; rede densa, {{ beat_dense }}; batimento médio, {{ beat_mean }}. Nenhuma rede passa claramente à frente da PCA: batimentos normais de um só paciente, alinhados por um mesmo programa, ficam perto de um subespaço plano, e pouco resta a ganhar com curvas.
# - **Área ROC:** LSTM em pedaços {{ area_pieces }}, densa {{ area_dense }}, PCA {{ area_pca }}. Refazer melhor os normais ainda não é distinguir melhor os anormais: o subespaço plano da PCA continua para além dos batimentos normais e refaz também parte dos anormais (na figura da direita, ela acompanha a queda do fim). Mas o batimento médio, *sem código algum*, já tem
#   {{ area_mean }}: a maioria dos batimentos anormais daqui é tão diferente que qualquer régua os mostra. Quem só informa a área da rede esconde isso.
# - **Valor por valor**, a LSTM tem um erro de {{ beat_values }} depois de suas poucas épocas, mais ou menos o do batimento médio: até aqui, aprendeu pouco além dele. Cada época custa várias vezes uma em pedaços, pois 140 passos têm de ser feitos um após o outro, e o gradiente precisa voltar por todos eles. Escolha o que é um passo.
# - **Segundos:** a PCA não gasta quase nada; o preço das outras está na última coluna.
#
# Portanto: para pedaços alinhados de tamanho fixo, comece pela PCA e por uma rede densa. A vez da LSTM vem quando as sequências têm tamanhos diferentes ou não acabam. (Um exemplo didático de um paciente, não um aparelho médico.)
# %% [markdown] lang="en"
# ## 9. Save the halves
#
# A composite model has three parts that live on their own: with the encoder alone one can search for similar waves, with one decoder alone write futures. Each goes into a file of its own; `safe_mode=True` refuses files that would run code.
# %% [markdown] lang="pt-BR"
# ## 9. Salvar as metades
#
# Um modelo composto tem três partes com vida própria: só com o codificador, procuram-se ondas parecidas; só com um decodificador, escrevem-se futuros. Cada parte vai para um arquivo próprio; `safe_mode=True` recusa arquivos que executariam código.
# %%
work = settings.run_folder()
print(settings.relative(work))
shared_encoder.save(work / "encoder.keras")
for name, part in two_decoders.items():
    part.save(work / f"decoder_{name}.keras")


# %% tags=["nbval-check-output"]
def load_and_evaluate(folder, head, past, target):
    """Squared error of a saved encoder followed by the saved decoder `head`."""
    # pt: """Erro quadrático de um codificador salvo seguido do decodificador salvo `head`."""
    first = keras.models.load_model(folder / "encoder.keras", safe_mode=True)
    second = keras.models.load_model(folder / f"decoder_{head}.keras", safe_mode=True)
    return mse(target, np.asarray(second(first(past))))


in_memory = composite(past_val)
for head, target in targets_val.items():
    print(
        head,
        np.isclose(
            load_and_evaluate(work, head, past_val, target),
            mse(target, np.asarray(in_memory[head])),
            rtol=1e-6,
            atol=0,
        ),
    )
# %% [markdown] lang="en"
# ## Check yourself
#
# Answer first, then open.
#
# **1.** `LSTM(64)` is followed by `LSTM(64, return_sequences=True)`, and Keras complains about the number of axes. What is missing, and where?
#
# <details><summary>Answer</summary>The first LSTM gives one vector (two axes), the second wants a sequence (three axes). In an autoencoder RepeatVector belongs between them; in a stack that shall read on, return_sequences=True in the first.</details>
#
# **2.** A blog trains an LSTM autoencoder with a code of 100 numbers on the series 0.1 … 0.9 and shows a perfect reconstruction. Name two reasons why that proves nothing.
#
# <details><summary>Answer</summary>There is one sequence only, so nothing is held out and reciting it is enough; and 100 numbers of code for 9 values is overcomplete, so even copying would need no learning.</details>
#
# **3.** A chart of a share price shows a forecast line that lies almost on the true one, a day late. How was it made, probably?
#
# <details><summary>Answer</summary>With the true value of the day before as input, each day: one-step forecasts, close to "the last value once more". Ask for the error of that baseline, and for a free-running forecast.</details>
#
# **4.** What is shared in a composite model, and what would you measure to know whether sharing helps?
#
# <details><summary>Answer</summary>The encoder and its code; each decoder has its own weights. Train one encoder with each decoder alone, with equal code, data and steps, and compare the test errors, over several seeds.</details>
#
# **5.** `12+345` is in the training part. Which sums may not stand in the test part?
#
# <details><summary>Answer</summary>12+345 itself and 345+12: addition commutes, so the second has the same answer for almost the same question. Split by unordered pairs.</details>
#
# **6.** How many sets of convolution weights does `TimeDistributed(eye)` have for six frames?
#
# <details><summary>Answer</summary>One. The same layer is applied to each frame; ten frames would need no further weight.</details>
# %% [markdown] lang="pt-BR"
# ## Teste-se
#
# Responda primeiro, abra depois.
#
# **1.** Depois de `LSTM(64)` vem `LSTM(64, return_sequences=True)`, e o Keras reclama do número de eixos. O que falta, e onde?
#
# <details><summary>Resposta</summary>A primeira LSTM entrega um vetor (dois eixos); a segunda quer uma sequência (três eixos). Num autoencoder, falta um RepeatVector entre elas; numa pilha que deve continuar lendo, return_sequences=True na primeira.</details>
#
# **2.** Um blog treina um autoencoder LSTM com código de 100 números na série 0,1 … 0,9 e mostra uma reconstrução perfeita. Dê duas razões por que isso nada prova.
#
# <details><summary>Resposta</summary>Há uma só sequência; nada foi reservado, e basta recitá-la. E 100 números de código para 9 valores é sobrecompleto: até copiar dispensaria aprender.</details>
#
# **3.** O gráfico do preço de uma ação mostra uma previsão quase em cima da curva verdadeira, um dia atrasada. Como ela foi feita, provavelmente?
#
# <details><summary>Resposta</summary>Com o valor verdadeiro do dia anterior como entrada, a cada dia: previsões de um passo, perto de "o último valor outra vez". Peça o erro dessa linha de base e uma previsão em marcha livre.</details>
#
# **4.** O que é compartilhado num modelo composto, e o que você mediria para saber se compartilhar ajuda?
#
# <details><summary>Resposta</summary>O codificador e o código; cada decodificador tem pesos próprios. Treine um codificador com cada decodificador sozinho, com código, dados e passos iguais, e compare os erros de teste em várias sementes.</details>
#
# **5.** `12+345` está no treino. Que somas não podem estar no teste?
#
# <details><summary>Resposta</summary>A própria 12+345 e 345+12: a adição é comutativa, e a segunda tem a mesma resposta para quase a mesma pergunta. Divida por pares sem ordem.</details>
#
# **6.** Quantos conjuntos de pesos de convolução tem `TimeDistributed(eye)` para seis quadros?
#
# <details><summary>Resposta</summary>Um. A mesma camada é aplicada a cada quadro; dez quadros não precisariam de nenhum peso a mais.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# The cell below each exercise checks your answer at once; `check.leak.hint()` (with the name of the check) gives a hint, and a plainer one the next time.
#
# ### Exercise 1: the leak of the introductions
#
# The introductions "predict" values 2 to 9 of the very nine values that the encoder has read. How hard is that? Fit a linear regression from the nine past values to the last eight *of the past* (training waves, `flat`) and store its test error in `leaked_error`. Compare with the honest forecast.
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# A célula abaixo de cada exercício verifica a resposta na hora; `check.leak.hint()` (com o nome da verificação) dá uma dica, e uma mais clara na vez seguinte.
#
# ### Exercício 1: o vazamento das introduções
#
# As introduções "preveem" os valores 2 a 9 dos mesmos nove que o codificador leu. Quão difícil é isso? Ajuste uma regressão linear dos nove valores passados para os oito últimos *do passado* (ondas de treino, `flat`) e guarde o erro de teste em `leaked_error`. Compare com a previsão honesta.
# %% exercise="1" role="answer"
leaked_error = None
### BEGIN SOLUTION
peek = LinearRegression().fit(flat, flat[:, 1:])
leaked_error = mse(past_test[:, 1:, 0], peek.predict(past_test[:, :, 0]))
# The answers stand in the question: the regression has only to copy them.
# pt: As respostas estão na pergunta: basta à regressão copiá-las.
### END SOLUTION
# %% exercise="1" role="check"
from exercises import sequences as check

check.leak(leaked_error, (past_train, future_train), (past_test, future_test))
# check.leak.hint()
if check.leak.done:
    print(f"{leaked_error:.1e} << {errors['regression'][1]:.1e}")
# %% [markdown] lang="en"
# ### Exercise 2: does the order of writing matter?
#
# Train a second adder with the answers in **reading order** (`y_train[:, ::-1]`, hundreds before units), everything else unchanged; call it `reader`, and store the share of right test sums in `reading_right`. Before you run: which digit will be the last to be learnt? (`build_adder`, `train` and `right` do the rest; about as long as the first time.)
# %% [markdown] lang="pt-BR"
# ### Exercício 2: a ordem da escrita importa?
#
# Treine uma segunda somadora com as respostas na **ordem de leitura** (`y_train[:, ::-1]`, centenas antes das unidades), sem mudar mais nada; chame-a de `reader` e guarde em `reading_right` a fração de somas de teste certas. Antes de rodar: que dígito será o último a ser aprendido? (`build_adder`, `train` e `right` fazem o resto; leva tanto quanto da primeira vez.)
# %% exercise="2" role="answer"
reader = reading_right = None
### BEGIN SOLUTION
keras.utils.set_random_seed(settings.seed())
reader = build_adder()
train(
    reader,
    x_train,
    y_train[:, ::-1],
    (x_val, y_val[:, ::-1]),
    settings.pick(quick=1, class_=7, full=40),
    batch=128,
    peak=4e-3,
    loss=keras.losses.CategoricalCrossentropy(from_logits=True),
    jit=settings.pick(quick=False, class_=True, full=True) and environment.xla_works(),
)
reading_right = right(y_test[:, ::-1], np.asarray(reader(x_test)))[1]
# The first digit written now needs the carries of all the others: slower to learn.
# pt: O primeiro dígito escrito agora precisa do "vai um" de todos os outros: aprende-se mais devagar.
### END SOLUTION
# %% exercise="2" role="check"
check.order(reader, reading_right, x_test, y_test)
# check.order.hint()
if check.order.done:
    print(f"{results['adder'][1]:.3f} -> {reading_right:.3f}")
# %% [markdown] lang="en"
# ### Exercise 3: a third head
#
# Build a model `three_heads` with one encoder (`build_encoder(4, 48)`) and three outputs: `x_hat`, `future`, and `kind`, three softmax units that name the shape of the wave. Only build it; the check looks at the shapes and at whether all three stand on one code.
# %% [markdown] lang="pt-BR"
# ### Exercício 3: uma terceira cabeça
#
# Monte um modelo `three_heads` com um codificador (`build_encoder(4, 48)`) e três saídas: `x_hat`, `future` e `kind`, três unidades softmax que dizem o tipo da onda. Basta montar; a verificação olha as formas e se as três saídas se apoiam num só código.
# %% exercise="3" role="answer"
three_heads = None
### BEGIN SOLUTION
past = keras.Input((PAST, 1), name="past")
code = build_encoder(4, 48)(past)
heads = {name: build_decoder(4, n, 48, name)(code) for name, n in (("x_hat", PAST), ("future", FUTURE))}
three_heads = keras.Model(past, heads | {"kind": layers.Dense(3, "softmax", name="kind")(code)})  # pt: "kind"
### END SOLUTION
# %% exercise="3" role="check"
check.forked(three_heads, past_test, FUTURE)
# check.forked.hint()
if check.forked.done:
    print({name: tuple(part.shape[1:]) for name, part in three_heads(past_test[:1]).items()})
# %% [markdown] lang="en"
# ## Summary
#
# - An LSTM gives its last word (encoder) or a word a step (`return_sequences`, decoder); `RepeatVector` stands between them, `TimeDistributed` applies one layer to every step.
# - One training sequence proves nothing: hold sequences out, and show the mean, the last value, a regression and PCA beside the network.
# - The composite model writes past and future from one code; measure what sharing costs or gains.
# - Teacher forcing trains fast, but its error is that of one step. A forecast runs on its own answers, or writes everything from the code.
# - Question and answer may be different sequences; order of writing and leaks between parts decide what a figure is worth.
# - On aligned heartbeats of fixed length PCA and the dense network are hard to beat; choose recurrence for what only it can do.
#
# ## References
#
# - S. Hochreiter, J. Schmidhuber, *Long short-term memory*, Neural Computation 9, 1997.
# - R. J. Williams, D. Zipser, *A learning algorithm for continually running fully recurrent neural networks*, Neural Computation 1, 1989 (teacher forcing).
# - I. Sutskever, O. Vinyals, Q. V. Le, *Sequence to sequence learning with neural networks*, NeurIPS, 2014 (also on reversing the input).
# - W. Zaremba, I. Sutskever, *Learning to execute*, 2014 (adding numbers character by character).
# - N. Srivastava, E. Mansimov, R. Salakhutdinov, *Unsupervised learning of video representations using LSTMs*, ICML, 2015 (composite model, moving digits).
# - S. Bengio, O. Vinyals, N. Jaitly, N. Shazeer, *Scheduled sampling for sequence prediction with recurrent neural networks*, NeurIPS, 2015 (the gap between training and use).
# - Y. Chen and others, *The UCR time series classification archive*, 2015; A. L. Goldberger and others, *PhysioBank, PhysioToolkit, and PhysioNet*, Circulation 101, 2000. Heartbeats.
#
# Next: lesson 08, codes one can draw from. Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - Uma LSTM entrega a última palavra (codificador) ou uma palavra por passo (`return_sequences`, decodificador); entre as duas fica `RepeatVector`, e `TimeDistributed` aplica uma camada a cada passo.
# - Uma só sequência de treino nada prova: reserve sequências e mostre a média, o último valor, uma regressão e a PCA ao lado da rede.
# - O modelo composto escreve passado e futuro a partir de um código; meça o que compartilhar custa ou rende.
# - *Teacher forcing* treina depressa, mas o seu erro é o de um passo. Uma previsão anda com as próprias respostas, ou escreve tudo a partir do código.
# - Pergunta e resposta podem ser sequências diferentes; a ordem da escrita e os vazamentos entre as partes decidem o que vale um número.
# - Em batimentos alinhados de tamanho fixo, PCA e rede densa são difíceis de vencer; escolha a recorrência para o que só ela sabe fazer.
#
# ## Referências
#
# - S. Hochreiter, J. Schmidhuber, *Long short-term memory*, Neural Computation 9, 1997.
# - R. J. Williams, D. Zipser, *A learning algorithm for continually running fully recurrent neural networks*, Neural Computation 1, 1989 (*teacher forcing*).
# - I. Sutskever, O. Vinyals, Q. V. Le, *Sequence to sequence learning with neural networks*, NeurIPS, 2014 (também sobre inverter a entrada).
# - W. Zaremba, I. Sutskever, *Learning to execute*, 2014 (somar números caractere por caractere).
# - N. Srivastava, E. Mansimov, R. Salakhutdinov, *Unsupervised learning of video representations using LSTMs*, ICML, 2015 (modelo composto, dígitos em movimento).
# - S. Bengio, O. Vinyals, N. Jaitly, N. Shazeer, *Scheduled sampling for sequence prediction with recurrent neural networks*, NeurIPS, 2015 (a distância entre treino e uso).
# - Y. Chen e outros, *The UCR time series classification archive*, 2015; A. L. Goldberger e outros, *PhysioBank, PhysioToolkit, and PhysioNet*, Circulation 101, 2000. Batimentos.
#
# A seguir: a aula 08, códigos dos quais se pode sortear. Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
