# %% [markdown] lang="en"
# # Sequences: LSTM autoencoders and sequence to sequence
#
# [Open in Colab]({{ colab }}) · Lesson 07 · reading: {{ reading_minutes }} min · running: {{ minutes.class }} min
# (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# A network reads nine numbers one by one, compresses them into a code of four numbers, and writes the nine again. Has it learned to read sequences, or has it
# memorised one? And can it write the eight values that come next?
#
# **After this lesson you can**
#
# - follow the shape of a tensor through `LSTM`, `RepeatVector` and `TimeDistributed`, and build an LSTM autoencoder;
# - explain why a perfect reconstruction of one training sequence says nothing about generalisation;
# - forecast a series with LSTM, convolutional and dense networks, and compare them with baselines over several seeds;
# - distinguish a one-step forecast with teacher forcing from a forecast of many steps;
# - train a sequence-to-sequence network and test it on questions that it has never seen.
#
# **Prerequisites:** lessons 01, 02 and 04 (PCA, training, validation, functional API, convolutions).
#
# **You will need:** a computer with Python {{ python }}, or a free Colab account. No GPU.
# %% [markdown] lang="pt-BR"
# # Sequências: autoencoders LSTM e modelos de sequência para sequência
#
# [Abrir no Colab]({{ colab }}) · Aula 07 · leitura: {{ reading_minutes }} min · execução: {{ minutes.class }} min
# (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# Uma rede lê nove números, um a um, comprime-os num código de quatro números e escreve os nove de novo. Ela aprendeu a ler sequências ou só memorizou uma? E será que consegue
# escrever os oito valores seguintes?
#
# **Ao final desta aula, você saberá**
#
# - acompanhar a forma de um tensor por `LSTM`, `RepeatVector` e `TimeDistributed` e montar um autoencoder LSTM;
# - explicar por que a reconstrução perfeita de uma única sequência de treino não diz nada sobre generalização;
# - prever a continuação de uma série com redes LSTM, convolucionais e densas e compará-las com linhas de base, em várias sementes;
# - distinguir uma previsão de um passo, com *teacher forcing*, de uma previsão de vários passos;
# - treinar uma rede de sequência para sequência e testá-la em perguntas que ela nunca viu.
#
# **Pré-requisitos:** aulas 01, 02 e 04 (PCA, treino, validação, API funcional, convoluções).
#
# **Você vai precisar de:** um computador com Python {{ python }}, ou uma conta gratuita no Colab. Não é preciso GPU.
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("07_sequences")
# %% [markdown] lang="en"
# If every line of the table says *ok*, continue with the imports. Otherwise the last column says what to do.
# %% [markdown] lang="pt-BR"
# Se todas as linhas da tabela mostram *ok*, siga em frente. Caso contrário, a última coluna diz o que fazer. A seguir vêm as importações.
# %%
import itertools
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
# ## 1. How an LSTM reads a sequence
#
# In a **sequence** the order matters: earlier values help to interpret later ones. A dense layer ignores this. If you permute its inputs in the
# same way in all the data, it learns just as well. Keras stores sequences in tensors of shape `(samples, steps, features)`. Nine temperatures
# are `(1, 9, 1)`; nine from each of two thermometers are `(1, 9, 2)`.
#
# A **recurrent layer** processes one step after the other and keeps a memory between steps. The **LSTM** (*long short-term memory*) with $u$
# units keeps two vectors of $u$ numbers: the cell state $c_t$, which is its memory, and the hidden state $h_t$, which is its output. At step
# $t$ it receives the input $x_t$ and its previous output $h_{t-1}$. From these it computes three **gates** and a candidate:
#
# | | formula | meaning |
# |---|---|---|
# | forget gate | $f_t = \sigma(W_f x_t + U_f h_{t-1} + b_f)$ | how much of the old memory to keep |
# | input gate | $i_t = \sigma(W_i x_t + U_i h_{t-1} + b_i)$ | how much of the candidate to store |
# | output gate | $o_t = \sigma(W_o x_t + U_o h_{t-1} + b_o)$ | how much of the memory to output |
# | candidate | $\tilde c_t = \tanh(W_c x_t + U_c h_{t-1} + b_c)$ | the new content |
#
# The logistic function $\sigma$ gives values between 0 (gate closed) and 1 (gate open). The new states are
#
# $$c_t = f_t \odot c_{t-1} + i_t \odot \tilde c_t, \qquad h_t = o_t \odot \tanh c_t,$$
#
# where $\odot$ multiplies element by element. If $f_t$ is near 1 and $i_t$ near 0, the memory passes through a step almost unchanged. This is how an
# LSTM can carry information over many steps.
#
# The *same* weights are used at every step. With $d$ features there are four matrices $W$ ($u \times d$), four matrices $U$ ($u \times u$) and four biases:
# $4\,(u\,(u + d) + u)$ parameters, whatever the length of the sequence.
# %% [markdown] lang="pt-BR"
# ## 1. Como uma LSTM lê uma sequência
#
# Numa **sequência**, a ordem importa: os valores anteriores ajudam a interpretar os seguintes. Uma camada densa ignora a ordem. Se você permutar as
# entradas do mesmo modo em todos os dados, ela aprende igualmente bem. O Keras guarda sequências em tensores de forma `(amostras, passos, atributos)`.
# Nove temperaturas formam um tensor `(1, 9, 1)`; nove de cada um de dois termômetros, `(1, 9, 2)`.
#
# Uma **camada recorrente** processa um passo depois do outro e mantém uma memória entre eles. A **LSTM** (*long short-term memory*) com $u$ unidades
# mantém dois vetores de $u$ números: o estado da célula $c_t$, que é a memória, e o estado oculto $h_t$, que é a saída. No passo $t$, ela recebe a
# entrada $x_t$ e a própria saída anterior, $h_{t-1}$. Com elas, calcula três **portas** (*gates*) e um candidato:
#
# | | fórmula | significado |
# |---|---|---|
# | porta de esquecimento | $f_t = \sigma(W_f x_t + U_f h_{t-1} + b_f)$ | quanto conservar da memória antiga |
# | porta de entrada | $i_t = \sigma(W_i x_t + U_i h_{t-1} + b_i)$ | quanto do candidato guardar |
# | porta de saída | $o_t = \sigma(W_o x_t + U_o h_{t-1} + b_o)$ | quanto da memória mostrar na saída |
# | candidato | $\tilde c_t = \tanh(W_c x_t + U_c h_{t-1} + b_c)$ | o conteúdo novo |
#
# A função logística $\sigma$ dá valores entre 0 (porta fechada) e 1 (porta aberta). Os novos estados são
#
# $$c_t = f_t \odot c_{t-1} + i_t \odot \tilde c_t, \qquad h_t = o_t \odot \tanh c_t,$$
#
# em que $\odot$ é o produto elemento a elemento. Se $f_t$ está perto de 1 e $i_t$ perto de 0, a memória atravessa o passo quase sem mudar. É assim que uma
# LSTM consegue levar informação por muitos passos.
#
# Os *mesmos* pesos servem para todos os passos. Com $d$ atributos, há quatro matrizes $W$ ($u \times d$), quatro matrizes $U$ ($u \times u$) e quatro vieses:
# $4\,(u\,(u + d) + u)$ parâmetros, qualquer que seja o tamanho da sequência.
# %%
explore.sequences.lstm_cell()
# %% [markdown] lang="en"
# From left to right, the memory (blue) is first reduced by the forget gate and then receives new content through the input gate.
#
# **Predict before you run:** what shape does each of these layers return?
# %% [markdown] lang="pt-BR"
# Da esquerda para a direita, a memória (em azul) é primeiro reduzida pela porta de esquecimento e depois recebe conteúdo novo pela porta de entrada.
#
# **Arrisque antes de executar:** que forma tem a saída de cada uma destas camadas?
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
# - Without `return_sequences`, an LSTM returns only its last output $h_9$, one vector for the whole sequence. This is what an **encoder** needs.
# - With `return_sequences=True` it returns $h_1, \dots, h_9$, one vector for each step. This is what a **decoder** needs.
# - `RepeatVector(9)` copies one vector nine times, so that the decoder receives the code at every step.
# - `TimeDistributed(layer)` applies the same layer to each step.
#
# A dense layer works on the last axis anyway, so for it `TimeDistributed` makes no difference; we write it to show the intention. The figure shows how our LSTM autoencoders join these pieces.
# %% [markdown] lang="pt-BR"
# - Sem `return_sequences`, a LSTM devolve só a última saída, $h_9$: um vetor para a sequência inteira. É disso que um **codificador** precisa.
# - Com `return_sequences=True`, devolve $h_1, \dots, h_9$, um vetor por passo. É disso que um **decodificador** precisa.
# - `RepeatVector(9)` copia um vetor nove vezes, para que o decodificador receba o código em cada passo.
# - `TimeDistributed(camada)` aplica a mesma camada a cada passo.
#
# Uma camada densa já trabalha no último eixo; com ela, `TimeDistributed` não faz diferença, e nós o escrevemos para deixar clara a intenção. A figura mostra como os nossos autoencoders LSTM juntam essas peças.
# %%
explore.sequences.lstm_autoencoder()


# %% [markdown] lang="en"
# ## 2. Nine numbers: reconstruction without generalisation
#
# Many introductions to LSTM autoencoders train on a single sequence, 0.1, 0.2, …, 0.9, with a hundred units on each side. We begin with the same experiment.
# %% [markdown] lang="pt-BR"
# ## 2. Nove números: reconstrução sem generalização
#
# Muitas introduções aos autoencoders LSTM treinam com uma única sequência (0,1; 0,2; …; 0,9) e cem unidades de cada lado. Começamos com o mesmo experimento.
# %%
def build_classic():
    """The network of many introductions, with a code of 100 numbers for 9 values."""
    # pt: """A rede de muitas introduções, com um código de 100 números para 9 valores."""
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
# `unroll=True` writes the nine steps out in place of a loop, which is usually faster for short sequences on a CPU. The function `train` is used for all models. Its learning-rate schedule rises, then falls along a cosine, as in the
# lessons before. Gradients longer than 1 are shortened to 1 (`global_clipnorm`), because a few steep steps can throw a recurrent network far off.
# %% [markdown] lang="pt-BR"
# `unroll=True` escreve os nove passos um a um, em vez de um laço, o que costuma ser mais rápido em CPU para sequências curtas. A função `train` serve para todos os modelos. O cronograma da taxa de aprendizado sobe e depois desce segundo um
# cosseno, como nas aulas anteriores. Gradientes de norma maior que 1 são reduzidos à norma 1 (`global_clipnorm`), pois poucos passos íngremes podem jogar uma rede recorrente para longe.
# %%
def train(model, x, y, epochs, batch, peak, held_out=None, loss="mse", bar=True, **options):
    """Train with a warm-up and a cosine schedule; return the history and the seconds."""
    # pt: """Treina com aquecimento e taxa em cosseno; devolve o histórico e os segundos."""
    steps = -(-len(x) // batch)
    total, warm = epochs * steps, max(1, epochs * steps // 10)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, max(1, total - warm), warmup_target=peak, warmup_steps=warm
    )
    adam = keras.optimizers.Adam(rate, global_clipnorm=1.0)
    model.compile(adam, loss, steps_per_execution=steps, **options)
    adam.build(model.trainable_variables)  # otherwise TensorFlow builds the graph twice
    # pt: sem isto, o TensorFlow monta o grafo duas vezes
    bars = [TqdmCallback(epochs, verbose=0, tqdm_class=tqdm, file=sys.stdout, mininterval=1)] if bar else []
    start = time.perf_counter()
    history = model.fit(
        x, y, batch, epochs, validation_data=held_out, validation_batch_size=500, verbose=0, callbacks=bars
    )
    return history.history, time.perf_counter() - start


# %%
nine = np.arange(1, 10, dtype="float32").reshape(1, 9, 1) / 10
epochs = settings.pick(quick=30, class_=150, full=300)
_, seconds = train(classic, nine, nine, epochs, batch=1, peak=5e-3)
print(np.asarray(classic(nine)).round(3).ravel())
# %% [markdown] lang="en"
# The output is almost equal to the input. But the network has {{ nine_params }} parameters for nine numbers, and a code of 100 numbers for 9. Such a code is
# **overcomplete**: it is larger than the input. Has the network learned to *read* sequences, or has it memorised this one?
#
# **Predict:** what will it return for the same numbers backwards? And for 0.5 nine times?
# %% [markdown] lang="pt-BR"
# A saída é quase igual à entrada. Mas a rede tem {{ nine_params }} parâmetros para nove números, e um código de 100 números para 9. Um código assim é
# **supercompleto**: maior que a entrada. A rede aprendeu a *ler* sequências ou memorizou só esta?
#
# **Arrisque:** o que ela devolverá para os mesmos números de trás para a frente? E para nove vezes 0,5?
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
about = "Three panels: the training ramp is reproduced; for the reversed ramp and for a constant the answer is again a rising curve."
# pt: "Três quadros: a rampa do treino sai igual; para a rampa invertida e para uma constante, a resposta é de novo uma curva crescente."
plot.show(fig, alt=about)
# %%
gap = {
    name: float(np.abs(answer - series[0]).mean()) for (name, series), answer in zip(asked.items(), answers)
}
as_trained, backwards, constant = gap.values()
reciting = float(np.abs(nine - nine[:, ::-1]).mean())
gap |= {"backwards, if it only recited the training sequence": reciting}
# pt: "de trás para a frente, se só recitasse a sequência de treino"
for name, value in gap.items():
    print(text.number(value, ".4f"), name)
# %% tags=["claims"]
COMPUTED = "real"  # computed data need no download
# pt: dados calculados não precisam de download
claims.check(
    COMPUTED,
    nine_params=classic.count_params(),
    nine_error=as_trained,
    nine_backwards=backwards,
    nine_reciting=reciting,
)
# %% [markdown] lang="en"
# The mean absolute error is {{ nine_error }} on the training sequence and {{ nine_backwards }} on the same numbers backwards. A program that ignores its input
# and always returns the training sequence would have {{ nine_reciting }} there. The network is almost as wrong: it returns a rising curve for each input.
# It has **memorised** the sequence, and no validation data could reveal it.
#
# ## 3. An LSTM autoencoder for waves
#
# We keep the sizes and change the data. Each example is a piece of a wave with a random shape (sine, sawtooth, triangle), period, height and starting point,
# plus a little noise. We can draw as many as we want, so we can keep some for validation and test. Besides its shape, a wave has three parameters. We
# therefore give the code **four numbers**, fewer than the nine of the input.
# %% [markdown] lang="pt-BR"
# O erro absoluto médio é {{ nine_error }} na sequência de treino e {{ nine_backwards }} nos mesmos números de trás para a frente. Um programa que ignorasse a
# entrada e devolvesse sempre a sequência de treino teria ali {{ nine_reciting }}. A rede erra quase o mesmo: devolve uma curva crescente para cada entrada.
# Ela **memorizou** a sequência, e não há dados de validação que o revelem.
#
# ## 3. Um autoencoder LSTM para ondas
#
# Mantemos os tamanhos e mudamos os dados. Cada exemplo é um pedaço de onda com forma (seno, dente de serra, triângulo), período, altura e ponto de
# partida sorteados, mais um pouco de ruído. Podemos sortear quantas quisermos e reservar algumas para validação e teste. Além da forma, uma onda tem
# três parâmetros. Por isso damos ao código **quatro números**, menos que os nove da entrada.
# %%
PAST, FUTURE, NOISE = 9, 8, 0.01


def waves(count, rng, steps=PAST + FUTURE, noise=NOISE):
    """Random pieces of waves (count, steps, 1) and the kind of each: 0, 1 or 2."""
    # pt: """Pedaços de ondas sorteados (count, steps, 1) e o tipo de cada um: 0, 1 ou 2."""
    period, start = rng.uniform(6, 20, (count, 1)), rng.random((count, 1))
    turn = (np.arange(steps) / period + start) % 1
    shapes = np.stack([np.sin(2 * np.pi * turn), 2 * turn - 1, 4 * np.abs(turn - 0.5) - 1])
    kind = rng.integers(3, size=count)
    x = 0.5 + rng.uniform(0.2, 0.45, (count, 1)) * shapes[kind, np.arange(count)]
    x = x + rng.normal(0, noise, x.shape)
    return x.astype("float32")[:, :, None], kind


# %%
rng = np.random.default_rng(2026)
count = settings.pick(quick=1000, class_=8000, full=20_000)
series, kinds = zip(*(waves(n, rng) for n in (count, 1000, 1000)))
past_train, past_val, past_test = (x[:, :PAST] for x in series)
future_train, future_val, future_test = (x[:, PAST:] for x in series)
print(past_train.shape, future_train.shape)


# %%
def wave_panels(titles, lines, alt):
    """Plot six test waves in grey, with the given lines (steps, values, colour) over them."""
    # pt: """Desenha seis ondas de teste em cinza, com as linhas (passos, valores, cor) por cima."""
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
# The past is left of the line, the future right of it. First the **baselines**, the simple methods that a network must beat:
#
# - for the past: PCA with four components;
# - for the future: the mean wave, the last value repeated, and linear regression from the nine past values to the eight future ones.
#
# **Predict:** is "last value" better than the mean wave, which ignores the input?
# %% [markdown] lang="pt-BR"
# O passado fica à esquerda da linha; o futuro, à direita. Primeiro, as **linhas de base** (*baselines*), os métodos simples que uma rede precisa superar:
#
# - para o passado: a PCA com quatro componentes;
# - para o futuro: a onda média, o último valor repetido e a regressão linear dos nove valores passados para os oito futuros.
#
# **Arrisque:** o "último valor" é melhor que a onda média, que ignora a entrada?
# %%
def mse(x, x_hat):
    """Mean squared error over all examples and steps."""
    # pt: """Erro quadrático médio sobre todos os exemplos e passos."""
    return float(np.mean((np.asarray(x) - np.asarray(x_hat)) ** 2))


# %%
flat, flat_test = past_train[:, :, 0], past_test[:, :, 0]
pca = PCA(4).fit(flat)
regression = LinearRegression().fit(flat, future_train[:, :, 0])
forecast = regression.predict(flat_test)[:, :, None]
pca_past = mse(flat_test, pca.inverse_transform(pca.transform(flat_test)))
baselines = {
    "mean wave": future_train.mean(0),  # pt: "onda média"
    "last value": past_test[:, -1:],  # pt: "último valor"
    "linear regression": forecast,  # pt: "regressão linear"
}
mean_future, last_future, regression_future = (mse(future_test, values) for values in baselines.values())
print("past: ", text.number(pca_past, ".5f"), "PCA, k = 4")  # pt: "passado:", "PCA, k = 4"
for name, values in baselines.items():
    print("future:", text.number(mse(future_test, values), ".5f"), name)  # pt: "futuro: "
# %% tags=["claims"]
claims.check(COMPUTED, pca_past=pca_past, mean_future=mean_future, regression_future=regression_future)


# %% [markdown] lang="en"
# Now the autoencoder. An LSTM reads nine steps, a dense layer reduces its last output to the code of four numbers, and a
# second LSTM writes nine steps. `build_recurrent` can attach several decoders to one encoder; here it attaches one.
#
# The encoder reads the wave from the end to the start (`go_backwards`), as Sutskever and colleagues (2014) did for translation. Then the value that the decoder writes first is the one that
# was read last. Without this, some of our trainings stopped at a poor solution, worse than PCA.
# %% [markdown] lang="pt-BR"
# Agora o autoencoder. Uma LSTM lê nove passos, uma camada densa reduz a última saída ao código de quatro
# números e outra LSTM escreve nove passos. `build_recurrent` pode ligar vários decodificadores a um codificador; aqui, liga um.
#
# O codificador lê a onda do fim para o começo (`go_backwards`), como Sutskever e colegas (2014) fizeram na tradução. Assim, o valor que o decodificador escreve primeiro é o
# que foi lido por último. Sem isso, alguns dos nossos treinos pararam numa solução ruim, pior que a PCA.
# %%
def build_encoder(code_size, units):
    """Encoder from PAST steps to a code."""
    # pt: """Codificador de PAST passos para um código."""
    read = layers.LSTM(units, go_backwards=True, unroll=True)
    return keras.Sequential(
        [keras.Input((PAST, 1)), read, layers.Dense(code_size, name="code")], name="encoder"
    )


def build_decoder(code_size, steps, units, name):
    """Decoder from a code to `steps` values."""
    # pt: """Decodificador de um código para `steps` valores."""
    repeat = [keras.Input((code_size,)), layers.RepeatVector(steps)]
    write = layers.LSTM(units, return_sequences=True, unroll=True)
    return keras.Sequential([*repeat, write, layers.TimeDistributed(layers.Dense(1))], name=name)


def build_recurrent(heads, code_size=4, units=48):
    """One encoder, and a decoder for each head (name -> number of steps)."""
    # pt: """Um codificador e um decodificador por saída (nome -> número de passos)."""
    past = keras.Input((PAST, 1), name="past")
    z = build_encoder(code_size, units)(past)
    return keras.Model(past, {name: build_decoder(code_size, n, units, name)(z) for name, n in heads.items()})


# %%
targets = {"x_hat": past_train, "future": future_train}
targets_test = {"x_hat": past_test, "future": future_test}
epochs = settings.pick(quick=2, class_=20, full=60)


def train_waves(build, heads, seed, bar=False):
    """Train the model of `build` for these heads; return it, its test errors and the seconds."""
    # pt: """Treina o modelo de `build` para estas saídas; devolve o modelo, os erros de teste e os segundos."""
    keras.utils.set_random_seed(seed)
    model = build(heads)
    wanted = {name: targets[name] for name in heads}
    _, seconds = train(model, past_train, wanted, epochs, batch=125, peak=8e-3, bar=bar)
    out = model(past_test)
    return model, {name: mse(targets_test[name], out[name]) for name in heads}, seconds


seeds = [settings.seed() + 100 * i for i in range(settings.pick(quick=1, class_=3, full=5))]
first = train_waves(build_recurrent, {"x_hat": PAST}, seeds[0], bar=True)
# %%
x_hat = np.asarray(first[0](past_test)["x_hat"])
about = (
    "Red: the reconstruction of the nine past points; it follows each wave, and rounds off corners and jumps."
    # pt: "Em vermelho, a reconstrução dos nove pontos passados; acompanha cada onda e arredonda cantos e saltos."
)
wave_panels(shape_names, [(range(1, PAST + 1), x_hat, plot.RED)], about)


# %% [markdown] lang="en"
# These waves were not in the training data, and each reconstruction follows its own wave. This network reads its input. It has difficulty where a wave is
# not smooth: corners become round, and the jump of a sawtooth becomes a slope.
#
# ## 4. Forecasting: LSTM, convolutions or dense layers?
#
# A forecasting network differs only in its targets: the decoder writes the **next** eight values instead of the nine that the encoder has read. N. Srivastava and
# colleagues (2015) combined both tasks in a **composite model**: one encoder with **two decoders**, one for the past and one for the future. A code for both tasks, they argued, should neither store
# unimportant details nor forget the distant past.
#
# Is an LSTM the right layer here at all? A dense network can also read nine values in fixed positions, and so can convolutions along the time axis (`Conv1D`). We build both
# with the same code size and similar numbers of parameters.
# %% [markdown] lang="pt-BR"
# Essas ondas não estavam no treino, e cada reconstrução acompanha a sua própria onda. Esta rede lê a entrada. A dificuldade aparece onde a onda não é suave: os cantos
# ficam arredondados, e o salto do dente de serra vira uma rampa.
#
# ## 4. Previsão: LSTM, convoluções ou camadas densas?
#
# Uma rede de previsão difere só nos alvos: o decodificador escreve os oito valores **seguintes**, em vez dos nove que o codificador leu. N. Srivastava e
# colegas (2015) reuniram as duas tarefas num **modelo composto**: um codificador com **dois decodificadores**, um para o passado e outro para o futuro. Segundo eles, um código para as duas tarefas não deveria guardar
# detalhes sem importância nem esquecer o passado distante.
#
# E a LSTM é mesmo a camada certa aqui? Uma rede densa também pode ler nove valores em posições fixas, assim como convoluções ao longo do tempo (`Conv1D`). Montamos as duas
# com código do mesmo tamanho e número parecido de parâmetros.
# %%
def build_dense(heads, code_size=4, units=96):
    """Dense counterpart of the model from `build_recurrent`."""
    # pt: """Versão densa do modelo de `build_recurrent`."""
    past = keras.Input((PAST, 1), name="past")
    hidden = layers.Dense(units, "gelu")(layers.Flatten()(past))
    z = layers.Dense(code_size, name="code")(layers.Dense(units, "gelu")(hidden))
    outputs = {}
    for name, steps in heads.items():
        hidden = layers.Dense(units, "gelu")(layers.Dense(units, "gelu")(z))
        outputs[name] = layers.Reshape((steps, 1), name=name)(layers.Dense(steps)(hidden))
    return keras.Model(past, outputs)


# %%
def build_conv(heads, code_size=4, filters=16, units=48):
    """Convolutional counterpart: kernels of three steps slide along the sequence."""
    # pt: """Versão convolucional: kernels de três passos percorrem a sequência."""

    def convolve(x):
        for _ in range(2):
            x = layers.Conv1D(filters, 3, padding="same", activation="gelu")(x)
        return x

    past = keras.Input((PAST, 1), name="past")
    hidden = layers.Dense(units, "gelu")(layers.Flatten()(convolve(past)))
    z, outputs = layers.Dense(code_size, name="code")(hidden), {}
    for name, steps in heads.items():
        hidden = layers.Dense(steps * filters, "gelu")(layers.Dense(units, "gelu")(z))
        outputs[name] = layers.Conv1D(1, 1, name=name)(convolve(layers.Reshape((steps, filters))(hidden)))
    return keras.Model(past, outputs)


# %% [markdown] lang="en"
# One training proves little: another seed gives other initial weights and another order of the batches, and so another error. We train each model with several seeds and compare two models
# **seed by seed**.
#
# **Predict:** which model has the lowest error on the future? Which is the slowest?
# %% [markdown] lang="pt-BR"
# Um só treino prova pouco: outra semente dá outros pesos iniciais, outra ordem dos lotes e, portanto, outro erro. Treinamos cada modelo com várias sementes e comparamos os modelos
# **semente a semente**.
#
# **Arrisque:** qual modelo tem o menor erro no futuro? Qual é o mais lento?
# %%
both = {"x_hat": PAST, "future": FUTURE}
contest = {
    "reconstruct": ("LSTM, reconstructs", build_recurrent, {"x_hat": PAST}),  # pt: "LSTM, reconstrói"
    "predict": ("LSTM, predicts", build_recurrent, {"future": FUTURE}),  # pt: "LSTM, prevê"
    "composite": ("LSTM, composite", build_recurrent, both),  # pt: "LSTM, composta"
    "conv": ("Conv1D, composite", build_conv, both),  # pt: "Conv1D, composta"
    "dense": ("dense, composite", build_dense, both),  # pt: "densa, composta"
}
trained = {key: [] for key in contest}
trained["reconstruct"].append(first)
for key, seed in tqdm(list(itertools.product(contest, seeds))[1:], file=sys.stdout, mininterval=1):
    trained[key].append(train_waves(*contest[key][1:], seed))


# %%
def errors(key, output):
    """Test errors of a model on one output, one for each seed; nan if it has no such output."""
    # pt: """Erros de teste de um modelo em uma saída, um por semente; nan se ele não tem essa saída."""
    return np.array([scores.get(output, np.nan) for _, scores, _ in trained[key]])


def span(values, spec):
    """Mean of the values and their range, as text."""
    # pt: """Média dos valores e sua faixa, como texto."""
    ends = "–".join(text.number(end, spec) for end in (min(values), max(values)))
    return "–" if np.isnan(values).any() else f"{text.number(np.mean(values), spec)} ({ends})"


# %%
rows = []
for key, (name, *_) in contest.items():
    found = [span(errors(key, output), ".5f") for output in targets]
    size, spent = trained[key][0][0].count_params(), np.mean([run[2] for run in trained[key]])
    rows.append((name, *found, text.number(size, ",d"), text.number(spent, ".1f")))
header = ("model", "MSE, past (range)", "MSE, future (range)", "parameters", "seconds")
# pt: "modelo", "MSE, passado (faixa)", "MSE, futuro (faixa)", "parâmetros", "segundos"
text.table(header, rows, f"Test waves; {len(seeds)} seeds")  # pt: f"Ondas de teste; {len(seeds)} sementes"
# %%
differences = {
    "LSTM, past: composite − reconstructs": errors("composite", "x_hat") - errors("reconstruct", "x_hat"),
    # pt: "LSTM, passado: composta − reconstrói"
    "LSTM, future: composite − predicts": errors("composite", "future") - errors("predict", "future"),
    # pt: "LSTM, futuro: composta − prevê"
    "future: Conv1D − LSTM, composite": errors("conv", "future") - errors("composite", "future"),
    # pt: "futuro: Conv1D − LSTM, compostas"
    "future: dense − LSTM, composite": errors("dense", "future") - errors("composite", "future"),
    # pt: "futuro: densa − LSTM, compostas"
    "future: dense − Conv1D, composite": errors("dense", "future") - errors("conv", "future"),
    # pt: "futuro: densa − Conv1D, compostas"
}
for name, found in differences.items():
    print(f"{name:40}", *(text.number(value, "+.5f") for value in found))
# %% tags=["claims"]
past_change, future_change, conv_change, dense_change = (x.mean() for x in list(differences.values())[:4])
claims.check(
    COMPUTED,
    reconstruct_past=errors("reconstruct", "x_hat").mean(),
    predict_future=errors("predict", "future").mean(),
    composite_future=errors("composite", "future").mean(),
    conv_future=errors("conv", "future").mean(),
    dense_future=errors("dense", "future").mean(),
    composite_past_change=past_change,
    composite_future_change=future_change,
    conv_future_change=conv_change,
    dense_future_change=dense_change,
)
# %% [markdown] lang="en"
# - **Baselines.** PCA has an error of {{ pca_past }} on the past, the LSTM autoencoder {{ reconstruct_past.min }} to {{ reconstruct_past.max }} (means of three seeds, {{ reconstruct_past.n }} runs). On the future, linear regression has
#   {{ regression_future }}, and all networks are better through a code of only four numbers. "Last value" is worse than the mean wave, because a wave that rises soon falls.
# - **One code for both tasks.** Compared with the single-task LSTMs, the error of the composite model changes by {{ composite_past_change.min }} to {{ composite_past_change.max }} on the past and by {{ composite_future_change.min }} to
#   {{ composite_future_change.max }} on the future: it reconstructs a little worse and predicts a little better. Check in the list of differences whether this holds for each seed of your run.
# - **LSTM or convolutions?** On the future, `Conv1D` minus LSTM is {{ conv_future_change.min }} to {{ conv_future_change.max }}, and dense minus LSTM {{ dense_future_change.min }} to {{ dense_future_change.max }}. The two also train faster than the composite LSTM, because they
#   compute all steps at once. For windows of fixed length, try them first.
# %% [markdown] lang="pt-BR"
# - **Linhas de base.** A PCA tem erro de {{ pca_past }} no passado; o autoencoder LSTM, de {{ reconstruct_past.min }} a {{ reconstruct_past.max }} (médias de três sementes, {{ reconstruct_past.n }} execuções). No futuro, a regressão linear tem
#   {{ regression_future }}, e todas as redes são melhores, com um código de só quatro números. "Último valor" é pior que a onda média, porque uma onda que sobe logo desce.
# - **Um código para as duas tarefas.** Em relação às LSTMs de uma só tarefa, o erro do modelo composto muda de {{ composite_past_change.min }} a {{ composite_past_change.max }} no passado e de {{ composite_future_change.min }} a
#   {{ composite_future_change.max }} no futuro: ele reconstrói um pouco pior e prevê um pouco melhor. Confira na lista de diferenças se isso vale em cada semente da sua execução.
# - **LSTM ou convoluções?** No futuro, a diferença entre `Conv1D` e LSTM vai de {{ conv_future_change.min }} a {{ conv_future_change.max }}; entre a densa e a LSTM, de {{ dense_future_change.min }} a {{ dense_future_change.max }}. As duas também treinam mais depressa que a LSTM composta, pois
#   calculam todos os passos ao mesmo tempo. Para janelas de tamanho fixo, experimente-as primeiro.
# %%
out = {name: np.asarray(value) for name, value in trained["composite"][0][0](past_test).items()}
lines = [(range(1, PAST + 1), out["x_hat"], plot.RED)]
lines.append((range(PAST + 1, PAST + FUTURE + 1), out["future"], plot.BLUE))
about = "LSTM composite model: red reconstructions stay near the past points; blue forecasts follow the waves less closely, with the largest errors at jumps."
# pt: "Modelo composto LSTM: as reconstruções em vermelho ficam perto dos pontos do passado; as previsões em azul acompanham as ondas com menos precisão e erram mais nos saltos."
wave_panels(shape_names, lines, about)


# %% [markdown] lang="en"
# Red is the reconstruction, blue the forecast.
#
# ## 5. Teacher forcing and free running
#
# Our decoders receive the repeated code and write the whole future at once. An error at step 3 is not passed on to step 4. An **autoregressive** network works
# differently: it receives the values so far and predicts the next one.
#
# During training with **teacher forcing**, the network always receives the *true* previous values from the data, so one pass over the sequence trains all its one-step predictions. In use,
# the true values are not available, and the network is fed its own predictions. This is called **free running**. The network has never seen its own errors
# in training; this mismatch is called *exposure bias*.
#
# **Predict:** by what factor does the error grow when the network is fed its own predictions?
# %% [markdown] lang="pt-BR"
# Em vermelho, a reconstrução; em azul, a previsão.
#
# ## 5. *Teacher forcing* e modo livre
#
# Nossos decodificadores recebem o código repetido e escrevem o futuro inteiro de uma vez. Um erro no passo 3 não passa ao passo 4. Uma rede
# **autorregressiva** funciona de outro modo: recebe os valores até o momento e prevê o seguinte.
#
# No treino com ***teacher forcing***, a rede recebe sempre os valores anteriores *verdadeiros*, tirados dos dados; assim, uma só passagem pela sequência treina todas
# as previsões de um passo. No uso, os valores verdadeiros não estão disponíveis, e realimentamos as próprias previsões da rede. É o **modo livre** (*free running*). Durante o
# treino, a rede nunca viu os próprios erros; essa diferença se chama *exposure bias* (viés de exposição).
#
# **Arrisque:** por qual fator o erro é multiplicado quando a rede recebe as próprias previsões?
# %%
def build_one_step(units=48):
    """Predict at each step the next value from all values so far."""
    # pt: """Prevê em cada passo o valor seguinte a partir de todos os anteriores."""
    walk = layers.LSTM(units, return_sequences=True, unroll=True)
    steps = PAST + FUTURE - 1
    return keras.Sequential([keras.Input((steps, 1)), walk, layers.TimeDistributed(layers.Dense(1))])


def free_run(model, past):
    """Future that a one-step model writes from its own predictions; shape (n, FUTURE, 1)."""
    # pt: """Futuro que um modelo de um passo escreve com as próprias previsões; forma (n, FUTURE, 1)."""
    written = np.zeros((len(past), PAST + FUTURE, 1), "float32")
    written[:, :PAST] = past
    for step in range(PAST, PAST + FUTURE):  # later positions are zero and do not affect this step
        # pt: as posições seguintes valem zero e não afetam este passo
        written[:, step] = np.asarray(model(written[:, :-1]))[:, step - 1]
    return written[:, PAST:]


# %%
keras.utils.set_random_seed(settings.seed())
one_step = build_one_step()
_, seconds = train(one_step, series[0][:, :-1], series[0][:, 1:], epochs, batch=125, peak=8e-3)
written = {
    "one step, teacher forcing": np.asarray(one_step(series[2][:, :-1]))[:, PAST - 1 :],
    # pt: "um passo, com teacher forcing"
    "one step, free running": free_run(one_step, past_test),  # pt: "um passo, modo livre"
    "repeated code (composite)": out["future"],  # pt: "código repetido (composto)"
    "linear regression": forecast,  # pt: "regressão linear"
}
fig, ax = plt.subplots(figsize=(9, 4.5))
for (name, values), style in zip(written.items(), ("--", "-", "-", ":")):
    ax.plot(range(1, FUTURE + 1), ((values - future_test) ** 2).mean((0, 2)), style, label=name)
ax.set(xlabel="steps into the future", ylabel="mean squared error", ylim=0)  # pt: "passos no futuro"
about = "With teacher forcing the error stays low at all eight steps. In free running it starts at the same value and grows. The error of the repeated code grows less, that of linear regression most."
# pt: "Com teacher forcing, o erro fica baixo nos oito passos. Em modo livre, começa no mesmo valor e cresce. O erro do código repetido cresce menos; o da regressão linear, mais."
ax.legend(frameon=False)
plot.show(fig, alt=about)
# %%
taught, free, *_ = (mse(future_test, values) for values in written.values())
print("teacher forcing:", text.number(taught, ".5f"))  # pt: "teacher forcing:"
print("free running:   ", text.number(free, ".5f"))  # pt: "modo livre:     "
# %% tags=["claims"]
claims.check(COMPUTED, taught_future=taught, free_future=free, free_ratio=free / taught)
# %% [markdown] lang="en"
# With the true previous values the error is {{ taught_future }}; with the network's own predictions it is {{ free_future }}, {{ free_ratio }} times as large
# ({{ free_ratio.min }} to {{ free_ratio.max }} times in our runs). The dashed line is **not a forecast of eight steps**. It shows eight forecasts of
# one step, each made with the true previous values. A plot of such forecasts over the data looks nearly perfect and answers a different question.
#
# At the first step the dashed and the red line agree, because the network has read the same nine true values in both cases. Then the free-running error
# grows. The error of the repeated code grows much less, so distance alone does not explain the growth. Accumulated errors are a plausible cause.
# %% [markdown] lang="pt-BR"
# Com os valores anteriores verdadeiros, o erro é {{ taught_future }}; com as próprias previsões, é {{ free_future }}, ou seja, {{ free_ratio }} vezes o anterior (de
# {{ free_ratio.min }} a {{ free_ratio.max }} vezes nas nossas execuções). A linha tracejada **não é uma previsão de oito passos**. São oito previsões de um
# passo, cada uma feita com os valores anteriores verdadeiros. Um gráfico dessas previsões sobre os dados parece quase perfeito e responde a outra pergunta.
#
# No primeiro passo, as linhas tracejada e vermelha coincidem, pois em ambos os casos a rede leu os mesmos nove valores. Depois, o erro em modo livre
# cresce. O erro do código repetido cresce muito menos; logo, a distância não explica sozinha o crescimento. O acúmulo de erros é uma causa plausível.
# %% [markdown] lang="en"
# ## 6. Sequence to sequence: adding digit by digit
#
# So far the output was the input or its continuation. In **sequence-to-sequence** learning, input and output are different sequences and may have different
# lengths. Translation is the best-known example. Ours is small: the question `473+59` and the answer `532`. The network sees only characters. It is not given
# the value of a digit or any rule of arithmetic.
#
# We make two decisions before training:
#
# - **Order.** We write question and answer from right to left, units first, as in addition on paper. Then the carry moves in the direction of writing.
# - **Split.** `12+345` and `345+12` have the same answer. If one is in the training data and the other in the test data, the test leaks. So we split
#   *unordered* pairs.
# %% [markdown] lang="pt-BR"
# ## 6. De sequência para sequência: somar dígito por dígito
#
# Até aqui, a saída era a entrada ou sua continuação. Nos modelos **de sequência para sequência** (*sequence to sequence*), entrada e saída são sequências
# diferentes, que podem ter tamanhos diferentes. O exemplo mais conhecido é a tradução. O nosso é pequeno: a pergunta `473+59` e a resposta `532`. A rede só vê
# caracteres. Não recebe o valor de nenhum dígito nem regras de aritmética.
#
# Tomamos duas decisões antes do treino:
#
# - **Ordem.** Escrevemos pergunta e resposta da direita para a esquerda, primeiro as unidades, como na conta armada. Assim, o "vai um" anda no sentido da escrita.
# - **Divisão.** `12+345` e `345+12` têm a mesma resposta. Se uma está no treino e a outra no teste, há vazamento. Por isso dividimos pares *sem ordem*.
# %%
CHARACTERS = "0123456789+ "
ASKED, ANSWERED = 7, 4  # characters of "999+999" and of "1998"  # pt: caracteres de "999+999" e de "1998"


def one_hot(texts):
    """One-hot code of texts of equal length; shape (n, characters, len(CHARACTERS))."""
    # pt: """Código one-hot de textos de mesmo tamanho; forma (n, caracteres, len(CHARACTERS))."""
    places = np.array([[CHARACTERS.index(c) for c in text] for text in texts])
    return np.eye(len(CHARACTERS), dtype="float32")[places]


def questions(a, b):
    """Questions a + b, written from right to left: 47 + 5 becomes "5  +74 "."""
    # pt: """Perguntas a + b, escritas da direita para a esquerda: 47 + 5 vira "5  +74 "."""
    return one_hot([f"{i:3d}+{j:3d}"[::-1] for i, j in zip(a, b)])


def solutions(a, b):
    """Answers, also written from right to left."""
    # pt: """Respostas, também escritas da direita para a esquerda."""
    return one_hot([f"{i + j:4d}"[::-1] for i, j in zip(a, b)])


# %%
def sum_parts(sizes, seed):
    """Split unordered pairs of numbers below 1000; about half of the pairs are swapped."""
    # pt: """Divide os pares sem ordem de números até 999; cerca de metade dos pares é invertida."""
    rng = np.random.default_rng(seed)
    pairs = np.stack(np.triu_indices(1000))
    dealt = pairs[:, rng.permutation(pairs.shape[1])[: sum(sizes)]]
    swap = rng.random(dealt.shape[1]) < 0.5
    dealt = np.where(swap, dealt[::-1], dealt)
    return np.split(dealt, np.cumsum(sizes)[:-1], axis=1)


count = settings.pick(quick=1024, class_=40_960, full=102_400)
sums = sum_parts((count, 2000, 2000), seed=2026)
(x_train, y_train), (x_val, y_val), (x_test, y_test) = ((questions(*p), solutions(*p)) for p in sums)
print(x_train.shape, y_train.shape)
asked, answered = ("".join(CHARACTERS[i] for i in one.argmax(1)) for one in (x_test[0], y_test[0]))
print(f"{asked} -> {answered}   ({asked[::-1]} = {answered[::-1]})")


# %% [markdown] lang="en"
# The network has the structure of section 3 without the narrow code, because a sum depends on all digits. At each position it chooses among twelve characters. The loss, a cross-entropy, applies the softmax
# itself (`from_logits`). This training is the longest of the main part, so we compile it with XLA (`jit_compile`).
# %% [markdown] lang="pt-BR"
# A rede tem a estrutura da seção 3 sem o código estreito, porque a soma depende de todos os dígitos. Em cada posição, ela escolhe entre doze caracteres. O custo, uma entropia cruzada, aplica ele mesmo
# o softmax (`from_logits`). Este é o treino mais longo da parte principal da aula, e por isso o compilamos com XLA (`jit_compile`).
# %%
def build_adder(units=128):
    """From seven characters to the logits of twelve characters at each of four positions."""
    # pt: """De sete caracteres para os logits de doze caracteres em cada uma de quatro posições."""
    return keras.Sequential(
        [
            keras.Input((ASKED, len(CHARACTERS))),
            layers.LSTM(units, unroll=True),
            layers.RepeatVector(ANSWERED),
            layers.LSTM(units, return_sequences=True, unroll=True),
            layers.TimeDistributed(layers.Dense(len(CHARACTERS))),
        ]
    )


# %%
adding = dict(
    epochs=settings.pick(quick=1, class_=7, full=40),
    batch=128,
    peak=4e-3,
    loss=keras.losses.CategoricalCrossentropy(from_logits=True),
    jit_compile=settings.profile() != "quick" and environment.xla_works(),
)
keras.utils.set_random_seed(settings.seed())
adder = build_adder()
_, adder_seconds = train(adder, x_train, y_train, held_out=(x_val, y_val), **adding)


# %% [markdown] lang="en"
# A sum counts as correct only if **all four** characters are. The baselines:
#
# - *memory*: find the most similar training question and copy its answer;
# - linear regression from the same one-hot characters to the sum as a number, rounded.
#
# **Predict:** which of the two is better?
# %% [markdown] lang="pt-BR"
# Uma soma só conta como certa se **os quatro** caracteres estão certos. As linhas de base:
#
# - a *memória*: procurar a pergunta de treino mais parecida e copiar a resposta;
# - a regressão linear dos mesmos caracteres *one-hot* para a soma como número, arredondada.
#
# **Arrisque:** qual das duas é a melhor?
# %%
def right(y, scores):
    """Share of correct characters, and share of answers with all characters correct."""
    # pt: """Fração de caracteres certos e fração de respostas com todos os caracteres certos."""
    hits = y.argmax(-1) == scores.argmax(-1)
    return float(hits.mean()), float(hits.all(axis=1).mean())


digits_train, digits_test = (x.reshape(len(x), -1) for x in (x_train, x_test))
nearest = np.concatenate([(part @ digits_train.T).argmax(1) for part in np.array_split(digits_test, 10)])
start = time.perf_counter()
ols = LinearRegression().fit(digits_train, sums[0].sum(0))
total = np.clip(np.rint(ols.predict(digits_test)), 0, 1998).astype(int)
ols_seconds = time.perf_counter() - start
# %%
memory = right(y_test, y_train[nearest])
by_regression = right(y_test, solutions(total, np.zeros_like(total)))
network = right(y_test, np.asarray(adder(x_test)))
rows = [
    ("memory: most similar training sum", memory, 0),  # pt: "memória: soma de treino mais parecida"
    ("linear regression, rounded", by_regression, ols_seconds),  # pt: "regressão linear, arredondada"
    ("LSTM, sequence to sequence", network, adder_seconds),  # pt: "LSTM, sequência para sequência"
]
rows = [
    (name, *(text.number(r, ".1%") for r in found), text.number(spent, ".1f")) for name, found, spent in rows
]
header = ("method", "characters right", "sums right", "seconds to train")
# pt: "método", "caracteres certos", "somas certas", "segundos de treino"
text.table(header, rows, "2,000 sums that are not in the training set")
# pt: "2.000 somas que não estão no treino"
# %% tags=["claims"]
claims.check(COMPUTED, adder_right=network[1], memory_right=memory[1], regression_right=by_regression[1])


# %% [markdown] lang="en"
# Trained on a small part of all sums, the LSTM gets {{ adder_right }} of the test sums right. Memory gets {{ memory_right }}, because similar questions can have
# quite different answers. So the network has not merely stored its training sums: it generalises.
#
# **Linear regression gets {{ regression_right }}** and takes a fraction of a second. A sum *is* linear in its digits, once the answer is treated as a number.
# We gave it a numeric target and fixed positions, while the network had to find the rule from characters. If you know the rule, use it.
#
# ### Explore the network's answers
#
# Two sliders set the numbers. The picture shows the probability of each character at each position. Look for a sum of which the network is unsure, or one that it
# gets wrong. Try `999 + 1` and two numbers of one digit.
# %% [markdown] lang="pt-BR"
# Treinada com uma pequena parte de todas as somas, a LSTM acerta {{ adder_right }} das somas de teste. A memória acerta {{ memory_right }}, porque perguntas
# parecidas podem ter respostas bem diferentes. Logo, a rede não se limitou a guardar as somas de treino: ela generaliza.
#
# **A regressão linear acerta {{ regression_right }}** e leva uma fração de segundo. Uma soma *é* linear nos dígitos, desde que a resposta seja tratada como
# número. À regressão demos um alvo numérico e posições fixas; a rede teve de descobrir a regra a partir de caracteres. Se você conhece a regra, use-a.
#
# ### Explore as respostas da rede
#
# Dois controles definem os números. A figura mostra a probabilidade de cada caractere em cada posição. Procure uma soma da qual a rede não tenha certeza, ou uma que
# ela erre. Tente `999 + 1` e dois números de um dígito.
# %%
def confidences(a, b):
    """Probability of each character at each position of a + b, in reading order; (ANSWERED, 12)."""
    # pt: """Probabilidade de cada caractere em cada posição de a + b, na ordem de leitura; (ANSWERED, 12)."""
    scores = np.asarray(adder(questions([a], [b])))[0, ::-1].astype("float64")
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


explore.sequences.digits(confidences, CHARACTERS)


# %% [markdown] lang="en"
# Nine tenths of the numbers below 1000 have three digits, so the network saw only a few sums of two one-digit numbers. Is it less sure of them?
#
# ## Check yourself
#
# Answer first, then open.
#
# **1.** `LSTM(64)` is followed by `LSTM(64, return_sequences=True)`, and Keras reports a wrong number of dimensions. What is missing, and where?
#
# <details><summary>Answer</summary>The first LSTM returns one vector (two axes), and the second needs a sequence (three axes). In an autoencoder, put a RepeatVector between them. In a stack that continues to read the sequence, set return_sequences=True in the first.</details>
#
# **2.** A blog trains an LSTM autoencoder with a code of 100 numbers on the series 0.1 … 0.9 and shows a perfect reconstruction. Give two reasons why this does not show that the network has learned to read sequences.
#
# <details><summary>Answer</summary>There is only one sequence, so the network can memorise it, and no held-out data would reveal that. And a code of 100 numbers for 9 values is overcomplete: nothing has to be compressed.</details>
#
# **3.** In a chart of a share price, the forecast looks like the true curve shifted by one day. How was it probably made?
#
# <details><summary>Answer</summary>With the true value of the previous day as input on every day: a series of one-step forecasts, close to "the last value again". Ask for the error of that baseline and for a free-running forecast.</details>
#
# **4.** What do the two decoders of a composite model share? How would you find out whether sharing helps?
#
# <details><summary>Answer</summary>They share the encoder and its code; each decoder has its own weights. Train an encoder with each decoder alone, with the same code size, data and steps, and compare the test errors over several seeds.</details>
#
# **5.** `12+345` is in the training data. Which sums must not be in the test data?
#
# <details><summary>Answer</summary>12+345 itself and 345+12. Addition is commutative, so the second is almost the same question with the same answer. Split unordered pairs.</details>
# %% [markdown] lang="pt-BR"
# Nove décimos dos números menores que 1.000 têm três dígitos, e a rede viu poucas somas de dois números de um dígito. Ela tem menos certeza dessas somas?
#
# ## Teste-se
#
# Responda primeiro, abra depois.
#
# **1.** Depois de `LSTM(64)` vem `LSTM(64, return_sequences=True)`, e o Keras acusa um número errado de dimensões. O que falta, e onde?
#
# <details><summary>Resposta</summary>A primeira LSTM devolve um vetor (dois eixos), e a segunda precisa de uma sequência (três eixos). Num autoencoder, ponha um RepeatVector entre elas. Numa pilha que continua a ler a sequência, use return_sequences=True na primeira.</details>
#
# **2.** Um blog treina um autoencoder LSTM com código de 100 números na série 0,1 … 0,9 e mostra uma reconstrução perfeita. Dê duas razões por que isso não mostra que a rede aprendeu a ler sequências.
#
# <details><summary>Resposta</summary>Há uma só sequência; a rede pode memorizá-la, e não há dados reservados que o revelem. Além disso, um código de 100 números para 9 valores é supercompleto: nada precisa ser comprimido.</details>
#
# **3.** No gráfico do preço de uma ação, a previsão parece a curva verdadeira deslocada de um dia. Como ela provavelmente foi feita?
#
# <details><summary>Resposta</summary>Com o valor verdadeiro do dia anterior como entrada, todos os dias: uma série de previsões de um passo, perto de "o último valor outra vez". Peça o erro dessa linha de base e uma previsão em modo livre.</details>
#
# **4.** O que os dois decodificadores de um modelo composto compartilham? Como você descobriria se compartilhar ajuda?
#
# <details><summary>Resposta</summary>Compartilham o codificador e o código; cada decodificador tem pesos próprios. Treine um codificador com cada decodificador sozinho, com o mesmo tamanho de código, os mesmos dados e passos, e compare os erros de teste em várias sementes.</details>
#
# **5.** `12+345` está no treino. Que somas não podem estar no teste?
#
# <details><summary>Resposta</summary>A própria 12+345 e 345+12. A adição é comutativa; a segunda é quase a mesma pergunta, com a mesma resposta. Divida pares sem ordem.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# The cell below each exercise checks your answer at once. `check.find_bug.hint()`, with the name of the check, gives a hint; each further call gives a more detailed one.
#
# ### Find the bug
#
# An assistant was asked for a function that measures how well `one_step` forecasts the last eight values from the first nine. Its program runs, and its error is pleasantly small. Find the mistake and
# correct the function in the cell. In `noticed`, write in one sentence how you could have noticed the mistake without reading the code.
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# A célula abaixo de cada exercício verifica a resposta na hora. `check.find_bug.hint()`, com o nome da verificação, dá uma dica; cada nova chamada dá outra mais detalhada.
#
# ### Encontre o erro
#
# Pediram a um assistente uma função que medisse se `one_step` prevê bem os oito últimos valores a partir dos nove primeiros. O programa dele roda, e o erro é agradavelmente pequeno. Encontre a falha e
# corrija a função na célula. Em `noticed`, explique em uma frase como você poderia ter percebido a falha sem ler o código.
# %% exercise="bug" role="answer"
def forecast_error(model, x):
    """Mean squared error of a forecast of the last FUTURE values of x from the first PAST."""
    # pt: """Erro quadrático médio de uma previsão dos últimos FUTURE valores de x a partir dos PAST primeiros."""
    predicted = x.copy()
    for step in range(PAST, PAST + FUTURE):
        values = np.asarray(model(x[:, :-1]))
        predicted[:, step] = values[:, step - 1]
    return mse(x[:, PAST:], predicted[:, PAST:])


noticed = ""


### BEGIN SOLUTION
def forecast_error(model, x):  # noqa: F811
    """Mean squared error of a forecast of the last FUTURE values of x from the first PAST."""
    # pt: """Erro quadrático médio de uma previsão dos últimos FUTURE valores de x a partir dos PAST primeiros."""
    predicted = x.copy()
    for step in range(PAST, PAST + FUTURE):
        values = np.asarray(model(predicted[:, :-1]))  # its own predictions, not the true values
        # pt: as próprias previsões, não os valores verdadeiros
        predicted[:, step] = values[:, step - 1]
    return mse(x[:, PAST:], predicted[:, PAST:])


noticed = "Other future values must not change the forecast, but here they do, and the error does not grow with the distance."
# pt: "Outros valores futuros não deveriam mudar a previsão, mas aqui mudam, e o erro não cresce com a distância."
### END SOLUTION
# %% exercise="bug" role="check"
from exercises import sequences as check

check.find_bug(forecast_error, noticed, series[2])
# check.find_bug.hint()
if check.find_bug.done:
    print(text.number(forecast_error(one_step, series[2]), ".5f"))
# %% [markdown] lang="en"
# ### Exercise 1: answers that leak into the input
#
# The introductions of section 2 "predict" values 2 to 9 of the nine values that the encoder has read. How hard is this? Fit a linear regression from the nine past values (`flat`, the training waves) to the last eight *of these same values*.
# Store its mean squared error on the test waves in `leaked_error`, and compare it with the forecast of section 3.
# %% [markdown] lang="pt-BR"
# ### Exercício 1: respostas que vazam para a entrada
#
# As introduções da seção 2 "preveem" os valores 2 a 9 dos nove que o codificador leu. Essa tarefa é difícil? Ajuste uma regressão linear dos nove valores passados (`flat`, as ondas de treino) para os oito últimos *desses mesmos valores*.
# Guarde o erro quadrático médio nas ondas de teste em `leaked_error` e compare-o com a previsão da seção 3.
# %% exercise="1" role="answer"
leaked_error = None
### BEGIN SOLUTION
peek = LinearRegression().fit(flat, flat[:, 1:])
leaked_error = mse(past_test[:, 1:, 0], peek.predict(past_test[:, :, 0]))
# The targets are part of the input, so the regression only has to copy them.
# pt: Os alvos fazem parte da entrada; basta à regressão copiá-los.
### END SOLUTION
# %% exercise="1" role="check"
check.leak(leaked_error, (past_train, future_train), (past_test, future_test))
# check.leak.hint()
if check.leak.done:
    print(f"{leaked_error:.1e} << {regression_future:.1e}")
# %% [markdown] lang="en"
# ### Exercise 2: does the order of writing matter?
#
# Train a second network with the answers in **reading order** (`y_train[:, ::-1]`, the first digit first) and everything else unchanged. Call it `reader`, and store the share of correct test sums in `reading_right`. Before you run it: which digit will be
# learned last? `build_adder`, `train` and `right` do most of the work; the training takes about as long as the first one.
# %% [markdown] lang="pt-BR"
# ### Exercício 2: a ordem da escrita importa?
#
# Treine uma segunda rede com as respostas na **ordem de leitura** (`y_train[:, ::-1]`, o primeiro dígito primeiro), sem mudar mais nada. Chame-a de `reader` e guarde em `reading_right` a fração de somas de teste certas. Antes de executar: que dígito será
# aprendido por último? `build_adder`, `train` e `right` fazem quase todo o trabalho; o treino leva mais ou menos o mesmo tempo que o primeiro.
# %% exercise="2" role="answer"
reader = reading_right = None
### BEGIN SOLUTION
keras.utils.set_random_seed(settings.seed())
reader = build_adder()
train(
    reader,
    x_train,
    y_train[:, ::-1],
    held_out=(x_val, y_val[:, ::-1]),
    **adding,
)
reading_right = right(y_test[:, ::-1], np.asarray(reader(x_test)))[1]
# The first digit written now depends on the carries of all the others.
# pt: O primeiro dígito escrito agora depende do "vai um" de todos os outros.
### END SOLUTION
# %% exercise="2" role="check"
check.order(reader, reading_right, x_test, y_test)
# check.order.hint()
if check.order.done:
    print(f"{network[1]:.3f} -> {reading_right:.3f}")
# %% [markdown] lang="en"
# ## Summary
#
# - An LSTM reads step by step. Three gates decide what its memory keeps, stores and outputs. `RepeatVector` gives the code to the decoder at each step; `TimeDistributed` applies one layer to every step.
# - A perfect reconstruction of one training sequence shows nothing about generalisation. Test on other sequences, and compare with simple baselines.
# - Compare two models over several seeds, seed by seed. On our short waves, convolutions predict best and the dense network trains fastest; the LSTM does neither.
# - With teacher forcing, the error is that of one step. A forecast of many steps must use the model's own predictions or write everything from the code.
# - Input and output may be different sequences. Split the data so that equivalent questions are always in the same split.
#
# ## Going further
#
# The rest is optional: sequences of different lengths, filling in gaps, translation, state between batches, films, heartbeats, and the parts of a composite model.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - Uma LSTM lê passo a passo. Três portas decidem o que a memória conserva, guarda e mostra. `RepeatVector` entrega o código ao decodificador em cada passo; `TimeDistributed` aplica uma camada a todos os passos.
# - A reconstrução perfeita de uma única sequência de treino não mostra nada sobre generalização. Teste com outras sequências e compare com linhas de base simples.
# - Compare dois modelos em várias sementes, semente a semente. Nas nossas ondas curtas, as convoluções preveem melhor e a rede densa treina mais depressa; a LSTM, nem uma coisa nem outra.
# - Com *teacher forcing*, o erro é o de um passo. Uma previsão de vários passos precisa usar as previsões do próprio modelo ou escrever tudo a partir do código.
# - Entrada e saída podem ser sequências diferentes. Divida os dados de modo que perguntas equivalentes fiquem sempre no mesmo conjunto.
#
# ## Para ir além
#
# O resto é opcional: sequências de tamanhos diferentes, preencher lacunas, tradução, estado entre lotes, filmes, batimentos cardíacos e as partes de um modelo composto.
# %% [markdown] lang="en"
# ### Sequences of different lengths
#
# In the lesson past had nine values. Real recordings differ in length, and this is often given as the reason for recurrent layers. In a batch, all sequences must have one length, so the shorter ones
# are filled up. The added values are called **padding**. A **mask** makes the LSTM skip them: the memory passes through unchanged.
#
# A dense network has no mask, but we can choose on which side we pad. If we pad at the *front*, the newest value is always in the last place.
#
# Our pasts now have 4 to 16 values, and the task is again the next eight. **Predict:** which of the four models below is best?
# %% [markdown] lang="pt-BR"
# ### Sequências de tamanhos diferentes
#
# Na aula, toda sequência tinha nove valores. Gravações reais têm tamanhos diferentes, e essa costuma ser a razão citada para usar camadas recorrentes. Num lote, todas as sequências precisam ter o mesmo
# tamanho; as mais curtas são completadas. Os valores acrescentados são o **preenchimento** (*padding*). Uma **máscara** faz a LSTM ignorá-los: a memória passa por eles sem mudar.
#
# Uma rede densa não tem máscara, mas podemos escolher de que lado preencher. Se preenchemos o *início*, o valor mais novo fica sempre na última posição.
#
# Agora, cada passado tem de 4 a 16 valores, e a tarefa continua sendo prever os oito seguintes. **Arrisque:** qual dos quatro modelos abaixo é o melhor?
# %%
SHORTEST, LONGEST, EMPTY = 4, 16, -1.0


def cut_waves(count, rng, shortest, longest):
    """Pasts of different lengths, as a list, and the values that follow each, (count, FUTURE)."""
    # pt: """Passados de tamanhos diferentes, numa lista, e os valores que seguem cada um, (count, FUTURE)."""
    x, _ = waves(count, rng, longest + FUTURE)
    lengths = rng.integers(shortest, longest + 1, count)
    following = [wave[n : n + FUTURE, 0] for wave, n in zip(x, lengths)]
    return [wave[:n] for wave, n in zip(x, lengths)], np.stack(following)


def pad(pasts, side, longest=LONGEST):
    """Fill the pasts up with EMPTY, at the front ("pre") or at the end ("post")."""
    # pt: """Completa os passados com EMPTY, no início ("pre") ou no fim ("post")."""
    return keras.utils.pad_sequences(pasts, longest, "float32", padding=side, value=EMPTY)


# %%
def build_reader(mask, steps=LONGEST, unroll=True):
    """LSTM that forecasts FUTURE values, with or without a mask for the padding."""
    # pt: """LSTM que prevê FUTURE valores, com ou sem máscara para o preenchimento."""
    skip = [layers.Masking(EMPTY)] if mask else []
    read = [layers.LSTM(48, unroll=unroll), layers.Dense(FUTURE)]
    return keras.Sequential([keras.Input((steps, 1)), *skip, *read])


def build_window():
    """Dense network that forecasts FUTURE values from LONGEST places."""
    # pt: """Rede densa que prevê FUTURE valores a partir de LONGEST posições."""
    hidden = [layers.Flatten(), layers.Dense(128, "gelu"), layers.Dense(128, "gelu")]
    return keras.Sequential([keras.Input((LONGEST, 1)), *hidden, layers.Dense(FUTURE)])


# %%
rng = np.random.default_rng(2026)
count = settings.pick(quick=500, class_=6000, full=20_000)
(pasts, following), (pasts_test, following_test) = (
    cut_waves(n, rng, SHORTEST, LONGEST) for n in (count, 2000)
)
readers = dict(
    masked=(lambda: build_reader(mask=True), "post"),
    unmasked=(lambda: build_reader(mask=False), "post"),
    dense_end=(build_window, "post"),
    dense_front=(build_window, "pre"),
)
epochs = settings.pick(quick=1, class_=12, full=60)
read, read_errors, read_seconds = {}, {key: [] for key in readers}, {}
for key, seed in tqdm(list(itertools.product(readers, seeds)), file=sys.stdout, mininterval=1):
    build, side = readers[key]
    keras.utils.set_random_seed(seed)
    read[key] = build()
    _, read_seconds[key] = train(
        read[key], pad(pasts, side), following, epochs, batch=125, peak=8e-3, bar=False
    )
    read_errors[key].append(mse(following_test, read[key](pad(pasts_test, side))))
# %%
names = dict(
    masked="LSTM, padded at the end, masked",  # pt: "LSTM, preenchimento no fim, com máscara"
    unmasked="LSTM, padded at the end, no mask",  # pt: "LSTM, preenchimento no fim, sem máscara"
    dense_end="dense, padded at the end",  # pt: "densa, preenchimento no fim"
    dense_front="dense, padded at the front",  # pt: "densa, preenchimento no início"
)
rows = [
    (name, span(np.array(read_errors[key]), ".5f"), text.number(read_seconds[key], ".1f"))
    for key, name in names.items()
]
header = ("model", "MSE, future (range)", "seconds")  # pt: "modelo", "MSE, futuro (faixa)", "segundos"
text.table(header, rows, f"Pasts of {SHORTEST} to {LONGEST} values; {len(seeds)} seeds")
# pt: f"Passados de {SHORTEST} a {LONGEST} valores; {len(seeds)} sementes"
# %%
long_pasts, long_following = cut_waves(2000, rng, LONGEST + 1, 24)
any_length = build_reader(mask=True, steps=None, unroll=False)
any_length.set_weights(read["masked"].get_weights())
longer = mse(long_following, any_length(pad(long_pasts, "post", 24)))
print(
    f"LSTM, 17 to 24 values: {text.number(longer, '.5f')}"
)  # pt: f"LSTM, 17 a 24 valores: {text.number(longer, '.5f')}"
# %% tags=["claims"]
masked, unmasked, dense_end, dense_front = (np.array(found) for found in read_errors.values())
claims.check(
    COMPUTED,
    masked=masked.mean(),
    mask_change=(masked - unmasked).mean(),
    front_change=(dense_front - masked).mean(),
    longer=longer,
)


# %% [markdown] lang="en"
# - **The mask matters.** It changes the error of the LSTM by {{ mask_change.min }} to {{ mask_change.max }} (means of three seeds, {{ mask_change.n }} runs). Without it, the LSTM reads the padding as data.
# - **The side of the padding matters, too.** The dense network with padding at the front is about as good as the masked LSTM (difference {{ front_change.min }} to {{ front_change.max }}) and trains faster. As long as we know the
#   greatest length, different lengths alone are no reason for a recurrent layer.
# - **Of these models, only the LSTM reads longer sequences.** With 17 to 24 values, more than in any training example, its error is {{ longer }}; with the lengths of the training set it is {{ masked }}. The dense network has no weights for a seventeenth value; we would have
#   to cut off the oldest ones.
# %% [markdown] lang="pt-BR"
# - **A máscara importa.** Ela muda o erro da LSTM em {{ mask_change.min }} a {{ mask_change.max }} (médias de três sementes, {{ mask_change.n }} execuções). Sem ela, a LSTM lê o preenchimento como se fosse dado.
# - **O lado do preenchimento também importa.** A rede densa com preenchimento no início é quase igual à LSTM com máscara (diferença de {{ front_change.min }} a {{ front_change.max }}) e treina mais depressa. Enquanto conhecemos o maior
#   tamanho, tamanhos diferentes não bastam para justificar uma camada recorrente.
# - **Destes modelos, só a LSTM lê sequências mais longas.** Com 17 a 24 valores, mais do que em qualquer exemplo do treino, o erro dela é {{ longer }}; com os tamanhos do treino, é {{ masked }}. A rede densa não tem pesos para um décimo sétimo valor; seria
#   preciso cortar os mais antigos.
# %% [markdown] lang="en"
# ### The missing part of a sequence
#
# Lesson 04 fills in a missing square of an image. Here five neighbouring values of a wave are missing, at a random place. The network receives two features for each step: the value, or 0 where it is missing, and
# whether it is known. The target is the complete wave, so this is a denoising autoencoder for sequences.
#
# The baselines are the mean wave and a straight line between the two neighbours of the gap (*linear interpolation*). **Predict:** for which waves is the straight line worst?
# %% [markdown] lang="pt-BR"
# ### O trecho que falta numa sequência
#
# A aula 04 preenche um quadrado que falta numa imagem. Aqui faltam cinco valores vizinhos de uma onda, num lugar sorteado. A rede recebe dois atributos por passo: o valor, ou 0 onde ele falta, e a informação
# se ele é conhecido. O alvo é a onda completa; é, portanto, um autoencoder de remoção de ruído para sequências.
#
# As linhas de base são a onda média e a reta entre os dois vizinhos da lacuna (*interpolação linear*). **Arrisque:** para que ondas a reta é pior?
# %%
GAP, STEPS = 5, PAST + FUTURE


def hide(x, rng):
    """Hide GAP neighbouring values of each wave; (n, STEPS, 2): values, and 1 where they are known."""
    # pt: """Esconde GAP valores vizinhos de cada onda; (n, STEPS, 2): valores, e 1 onde são conhecidos."""
    first, place = rng.integers(2, STEPS - GAP - 1, (len(x), 1)), np.arange(STEPS)
    known = ((place < first) | (place >= first + GAP))[:, :, None].astype("float32")
    return np.concatenate([x * known, known], axis=2)


def interpolate(holed):
    """Straight lines over the gaps; (n, STEPS, 1)."""
    # pt: """Retas sobre as lacunas; (n, STEPS, 1)."""
    place = np.arange(STEPS)
    return np.stack([np.interp(place, place[k > 0], x[k > 0])[:, None] for x, k in holed.transpose(0, 2, 1)])


# %%
rng = np.random.default_rng(7)
holed_train, holed_test = hide(series[0], rng), hide(series[2], rng)
gap = holed_test[:, :, 1] == 0
keras.utils.set_random_seed(settings.seed())
filler = keras.Sequential(
    [
        keras.Input((STEPS, 2)),
        layers.LSTM(48, unroll=True),
        layers.Dense(8, name="code"),
        layers.RepeatVector(STEPS),
        layers.LSTM(48, return_sequences=True, unroll=True),
        layers.TimeDistributed(layers.Dense(1)),
    ]
)
epochs = settings.pick(quick=1, class_=20, full=60)
_, seconds = train(filler, holed_train, series[0], epochs, batch=125, peak=5e-3)
# %%
filled = {
    "mean wave": np.broadcast_to(series[0].mean(0), series[2].shape),  # pt: "onda média"
    "straight line": interpolate(holed_test),  # pt: "reta"
    "LSTM autoencoder": np.asarray(filler(holed_test)),  # pt: "autoencoder LSTM"
}
_, line, lstm = filled.values()
gap_mean, gap_line, gap_lstm = (mse(series[2][gap], x_hat[gap]) for x_hat in filled.values())
for name, x_hat in filled.items():
    print(text.number(mse(series[2][gap], x_hat[gap]), ".5f"), name)
# %% tags=["claims"]
claims.check(COMPUTED, gap_mean=gap_mean, gap_line=gap_line, gap_lstm=gap_lstm)
# %%
fig, axes = plt.subplots(2, 3, figsize=(12, 5.6), sharex=True, sharey=True)
for ax, title, i in zip(axes.flat, shape_names, chosen):
    place = np.flatnonzero(gap[i]) + 1
    ax.axvspan(place[0] - 0.5, place[-1] + 0.5, color="0.92")
    ax.plot(range(1, STEPS + 1), series[2][i], "o:", color="0.55", markersize=4)
    ax.plot(place, line[i][gap[i]], color=plot.BLUE)
    ax.plot(place, lstm[i][gap[i]], color=plot.RED)
    ax.set_title(title)
axes[1, 1].set_xlabel("step (grey: true; blue: straight line; red: LSTM)")
# pt: "passo (cinza: verdade; azul: reta; vermelho: LSTM)"
about = "Six waves with a shaded gap of five values: where the wave turns inside the gap, the straight line cuts off the bend and the LSTM follows it; elsewhere the straight line is at least as close."
# pt: "Seis ondas com uma lacuna sombreada de cinco valores: onde a onda muda de direção dentro da lacuna, a reta corta a curva e a LSTM a acompanha; nas outras, a reta fica pelo menos tão perto."
plot.show(fig, alt=about)
# %% [markdown] lang="en"
# In the gap, the straight line has an error of {{ gap_line }} and the LSTM {{ gap_lstm.min }} to {{ gap_lstm.max }} in our {{ gap_lstm.n }} runs (mean wave: {{ gap_mean }}). The straight line fails where the
# wave turns inside the gap. The network has seen many waves and continues the likely one. Where the wave does not turn, the straight line can be closer.
# %% [markdown] lang="pt-BR"
# Na lacuna, a reta tem erro de {{ gap_line }}, e a LSTM vai de {{ gap_lstm.min }} a {{ gap_lstm.max }} nas nossas {{ gap_lstm.n }} execuções (onda média: {{ gap_mean }}). A reta falha onde a onda muda de direção
# dentro da lacuna. A rede viu muitas ondas e continua a mais provável. Onde a onda não muda de direção, a reta pode ficar mais perto.
# %% [markdown] lang="en"
# ### Translation: number words from English to Portuguese
#
# Translation is the task for which sequence-to-sequence networks became known (Sutskever, Vinyals and Le, 2014). Our toy translates the numbers from 1 to 999: "four hundred and seventy three" becomes "quatrocentos e
# setenta e três". Word by word this fails. "Two hundred" becomes the single word "duzentos", Portuguese also has "e" (and) between tens and units, and the lengths differ.
#
# The **encoder** reads the English words; an `Embedding` layer gives each word a vector that is learned, and `mask_zero=True` masks the padding. Its final states $h$ and $c$ are the code, and they become the initial states
# of the **decoder**. The decoder is the one-step network of section 5: it receives the Portuguese words so far and gives the next one. We train it with teacher forcing; it translates in free running, from `<start>` to `<end>`.
# %% [markdown] lang="pt-BR"
# ### Tradução: números por extenso, do inglês para o português
#
# A tradução é a tarefa que tornou conhecidas as redes de sequência para sequência (Sutskever, Vinyals e Le, 2014). Nosso exemplo traduz os números de 1 a 999: "four hundred and seventy three" vira "quatrocentos e
# setenta e três". Palavra por palavra não funciona. "Two hundred" vira uma só palavra, "duzentos"; o português também põe "e" entre dezenas e unidades; e os tamanhos são diferentes.
#
# O **codificador** lê as palavras em inglês; uma camada `Embedding` dá a cada palavra um vetor aprendido, e `mask_zero=True` mascara o preenchimento. Os estados finais $h$ e $c$ são o código e passam a ser os estados iniciais
# do **decodificador**. Este é a rede de um passo da seção 5: recebe as palavras em português até o momento e dá a seguinte. Treinamos com *teacher forcing*; a tradução é feita em modo livre, de `<start>` a `<end>`.
# %%
UNITS = str.split(
    "one two three four five six seven eight nine ten eleven twelve "
    "thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
TENS = str.split("twenty thirty forty fifty sixty seventy eighty ninety")
UNIDADES = str.split(
    "um dois três quatro cinco seis sete oito nove dez onze doze treze "
    "catorze quinze dezesseis dezessete dezoito dezenove"
)
DEZENAS = str.split("vinte trinta quarenta cinquenta sessenta setenta oitenta noventa")
CENTENAS = str.split(
    "cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos"
)


# %%
def below_hundred(n, units, tens):
    """Words for 0 to 99 as a list; 0 has none."""
    # pt: """Palavras de 0 a 99, numa lista; 0 não tem nenhuma."""
    if n < 20:
        return units[n - 1 : n]
    return [tens[n // 10 - 2], *units[n % 10 - 1 : n % 10]]


def english(n):
    """Words of n in English."""
    # pt: """Palavras de n em inglês."""
    hundreds = [UNITS[n // 100 - 1], "hundred"] if n >= 100 else []
    rest = below_hundred(n % 100, UNITS, TENS)
    return hundreds + ["and"] * bool(hundreds and rest) + rest


# %%
def portuguese(n):
    """Words of n in Portuguese, with "e" between all parts; 100 alone is "cem"."""
    # pt: """Palavras de n em português, com "e" entre todas as partes; 100 sozinho é "cem"."""
    hundreds = [CENTENAS[n // 100 - 1]] if n >= 100 else []
    return ["cem"] if n == 100 else " e ".join(hundreds + below_hundred(n % 100, UNIDADES, DEZENAS)).split()


# %%
numbers = np.random.default_rng(2026).permutation(np.arange(1, 1000))
numbers_train, numbers_test = numbers[:600], numbers[-300:]
words_en = ["", *sorted({word for n in numbers for word in english(n)})]
words_pt = ["", "<start>", "<end>", *sorted({word for n in numbers for word in portuguese(n)})]


def codes(phrases, words):
    """Positions of the words in the vocabulary, padded with 0 at the end."""
    # pt: """Posições das palavras no vocabulário, completadas com 0 no fim."""
    found = [[words.index(word) for word in phrase] for phrase in phrases]
    return keras.utils.pad_sequences(found, max(map(len, found)), padding="post")


def pairs(numbers):
    """English words, and Portuguese words between <start> and <end>."""
    # pt: """Palavras em inglês, e palavras em português entre <start> e <end>."""
    asked = codes([english(n) for n in numbers], words_en)
    return asked, codes([["<start>", *portuguese(n), "<end>"] for n in numbers], words_pt)


# %%
(asked_train, written_train), (asked_test, written_test) = pairs(numbers_train), pairs(numbers_test)
print(asked_train.shape, written_train.shape, len(words_en), len(words_pt))


# %%
def build_translator(units=96, features=32):
    """From English words and the Portuguese words so far to the logits of the next word."""
    # pt: """Das palavras em inglês e das já escritas em português para os logits da seguinte."""
    asked, so_far = keras.Input((None,), dtype="int32"), keras.Input((None,), dtype="int32")
    vectors = layers.Embedding(len(words_en), features, mask_zero=True)(asked)
    _, h, c = layers.LSTM(units, return_state=True)(vectors)
    vectors = layers.Embedding(len(words_pt), features, mask_zero=True)(so_far)
    written = layers.LSTM(units, return_sequences=True)(vectors, initial_state=[h, c])
    return keras.Model([asked, so_far], layers.Dense(len(words_pt))(written))


# %%
keras.utils.set_random_seed(settings.seed())
translator = build_translator()
logits = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
translator.compile(keras.optimizers.Adam(5e-3), logits, steps_per_execution=19)
epochs = settings.pick(quick=2, class_=30, full=60)
bar = TqdmCallback(epochs, verbose=0, tqdm_class=tqdm, file=sys.stdout, mininterval=1)
given, wanted = [asked_train, written_train[:, :-1]], written_train[:, 1:]
history_translator = translator.fit(given, wanted, batch_size=32, epochs=epochs, verbose=0, callbacks=[bar])


# %%
def translate(asked, steps):
    """Portuguese words in free running, the likeliest at each step; a text for each phrase."""
    # pt: """Palavras em português em modo livre, a mais provável em cada passo; um texto por frase."""
    written = np.full((len(asked), 1), words_pt.index("<start>"))
    for _ in range(steps):
        likeliest = np.asarray(translator([asked, written]))[:, -1].argmax(-1)
        written = np.concatenate([written, likeliest[:, None]], axis=1)
    phrases = [" ".join(words_pt[i] for i in row[1:]) for row in written]
    return [phrase.split("<end>")[0].strip() for phrase in phrases]


answers = translate(asked_test, written_test.shape[1] - 1)
true = [" ".join(portuguese(n)) for n in numbers_test]
translated = np.mean([answer == phrase for answer, phrase in zip(answers, true)])
print("numbers right:", text.number(translated, ".1%"))  # pt: "números certos:"
wrong = [i for i, answer in enumerate(answers) if answer != true[i]]
for i in [0, 1, *wrong[:6]]:
    print(" ".join(english(numbers_test[i])), "→", answers[i], "✓" if i not in wrong else f"✗ ({true[i]})")
# %% tags=["claims"]
claims.check(COMPUTED, translated=translated)
# %% [markdown] lang="en"
# In our {{ translated.n }} runs, {{ translated.min }} to {{ translated.max }} of 300 numbers that were not in the training set are translated without an error. Look at the mistakes: most are short or
# irregular numbers, such as 100 ("cem", not "cento"), for which the training set has few examples or none.
#
# A single pair of vectors $h$, $c$ must carry the whole sentence. For long sentences this becomes a bottleneck; *attention*, which lets the decoder look back at all words, removes it and led to today's transformers.
#
# **A challenge.** *MusicVAE* (Roberts and colleagues, 2018) combines this lesson with the next: a recurrent encoder reads bars of notes, a variational code describes them, and recurrent decoders write music from it. Read the
# article after lesson 08. Which parts of this lesson do you recognise?
# %% [markdown] lang="pt-BR"
# Nas nossas {{ translated.n }} execuções, de {{ translated.min }} a {{ translated.max }} de 300 números que não estavam no treino são traduzidos sem erro. Observe os erros: quase todos são números curtos ou
# irregulares, como 100 ("cem", e não "cento"), dos quais o treino tem poucos exemplos ou nenhum.
#
# Um único par de vetores $h$, $c$ precisa carregar a frase inteira. Em frases longas, isso vira um gargalo; a *atenção* (*attention*), que permite ao decodificador consultar todas as palavras, elimina esse gargalo e levou aos *transformers* atuais.
#
# **Um desafio.** O *MusicVAE* (Roberts e colegas, 2018) combina esta aula com a próxima: um codificador recorrente lê compassos, um código variacional os descreve e decodificadores recorrentes escrevem música a partir dele. Leia o artigo depois da
# aula 08. Que partes desta aula você reconhece?
# %% [markdown] lang="en"
# ### State between batches
#
# With **`stateful=True`** a layer keeps its memory from one batch to the next, for recordings that arrive in pieces. Then the order of the batches matters, and you must call `reset_state()` before a new recording.
# %% [markdown] lang="pt-BR"
# ### Estado entre lotes
#
# Com **`stateful=True`**, a camada conserva a memória de um lote para o seguinte, para gravações que chegam em pedaços. Nesse caso, a ordem dos lotes importa, e é preciso chamar `reset_state()` antes de uma nova gravação.
# %% tags=["nbval-check-output"]
forgets, keeps = layers.LSTM(8), layers.LSTM(8, stateful=True)
recording = np.linspace(0.1, 0.5, 5, dtype="float32").reshape(1, 5, 1)
whole = forgets(recording)
keeps.build((1, None, 1))
keeps.cell.set_weights(forgets.cell.get_weights())
keeps(recording[:, :2])  # the first piece; the memory stays
# pt: o primeiro pedaço; a memória fica
print("in two pieces, with state:", np.allclose(keeps(recording[:, 2:]), whole, atol=1e-5))
# pt: "em dois pedaços, com estado:"
print("in two pieces, no state:  ", np.allclose(forgets(recording[:, 2:]), whole, atol=1e-5))
# pt: "em dois pedaços, sem estado:"
# %% [markdown] lang="en"
# ### Films: one image network for every frame
#
# In a film each step is an image, and the tensor has five axes: `(films, frames, height, width, 1)`. A convolutional network should read each image, and it should be **the same network for
# every frame**: the appearance of a 3 does not depend on the time. `TimeDistributed` applies it to each frame.
#
# Our films are computed here. An MNIST digit, reduced to 10 × 10 pixels, moves with constant speed over a field of 16 × 16 pixels and bounces off the walls. The network sees six frames;
# the next four are the future. The digits of the test films come from the test images of MNIST.
# %% [markdown] lang="pt-BR"
# ### Filmes: uma só rede de imagens para todos os quadros
#
# Num filme, cada passo é uma imagem, e o tensor tem cinco eixos: `(filmes, quadros, altura, largura, 1)`. Uma rede convolucional deve ler cada imagem, e convém que seja **a mesma em todos os quadros**:
# a aparência de um 3 não depende do instante. `TimeDistributed` a aplica a cada quadro.
#
# Nossos filmes são calculados aqui. Um dígito do MNIST, reduzido a 10 × 10 pixels, move-se com velocidade constante num campo de 16 × 16 pixels e rebate nas paredes. A rede vê seis quadros; os
# quatro seguintes são o futuro. Os dígitos dos filmes de teste vêm das imagens de teste do MNIST.
# %%
SIDE, DIGIT = 16, 10
SEEN, NEXT = settings.pick(quick=(3, 2), class_=(6, 4), full=(6, 4))


def films(images, count, rng):
    """Moving digits (count, SEEN + NEXT, SIDE, SIDE, 1), and which of `images` (n, 28, 28) each shows."""
    # pt: """Dígitos em movimento (count, SEEN + NEXT, SIDE, SIDE, 1) e qual de `images` (n, 28, 28) cada um mostra."""
    which = rng.integers(len(images), size=count)
    small = images[which, 4:24, 4:24]
    small = small.reshape(count, DIGIT, 2, DIGIT, 2).mean((2, 4))
    room, steps = SIDE - DIGIT, np.arange(SEEN + NEXT).reshape(1, -1, 1)
    place = rng.uniform(0, room, (count, 1, 2)) + rng.uniform(-1.5, 1.5, (count, 1, 2)) * steps
    place = np.abs((place + room) % (2 * room) - room)  # reflection at the walls  # pt: reflexão nas paredes
    rows, columns = np.moveaxis(np.round(place).astype(int), 2, 0)
    made = np.zeros((count, SEEN + NEXT, SIDE, SIDE, 1), "float32")
    inside = np.arange(DIGIT)
    for film, image in enumerate(small):
        for frame in range(SEEN + NEXT):
            made[film, frame, rows[film, frame] + inside[:, None], columns[film, frame] + inside, 0] = image
    return made, which


# %%
mnist = data.mnist.load()
print(mnist.provenance)
count = settings.pick(quick=200, class_=5000, full=20_000)
rng = np.random.default_rng(2026)
film_train, which_train = films(mnist.x_train, count, rng)
film_test, which_test = films(mnist.x_test, 500, rng)
seen_train, seen_test = film_train[:, :SEEN], film_test[:, :SEEN]
next_train, next_test = film_train[:, SEEN:], film_test[:, SEEN:]
plot.image_rows(
    {str(i + 1): film_test[i, ..., 0] for i in range(3)},
    alt="Three films of ten frames: a digit drifts over the field and turns round at the edge.",
    # pt: "Três filmes de dez quadros: um dígito desliza pelo campo e volta ao bater na borda."
)


# %% [markdown] lang="en"
# The model has an image encoder (`eye`: convolutions turn a frame into 32 numbers) and an image decoder (`brush`, the way back). The rest is the composite model of section 4:
# an LSTM after `TimeDistributed(eye)`, a code of 32 numbers for the *whole film*, and two LSTM decoders that share the image decoder.
#
# We train in two stages. The first is a **pretraining**: image encoder and decoder learn alone, as an autoencoder of single frames. Then we train the whole model from these weights, so that the LSTMs
# receive useful features from the start.
# %% [markdown] lang="pt-BR"
# O modelo tem um codificador de imagens (`eye`: convoluções transformam um quadro em 32 números) e um decodificador de imagens (`brush`, o caminho de volta). O resto é o modelo composto da
# seção 4: uma LSTM depois de `TimeDistributed(eye)`, um código de 32 números para o *filme inteiro* e dois decodificadores LSTM que compartilham o decodificador de imagens.
#
# Treinamos em duas etapas. A primeira é um **pré-treino**: codificador e decodificador de imagens aprendem sozinhos, como autoencoder de quadros avulsos. Depois treinamos o modelo inteiro a partir
# desses pesos, para que as LSTMs recebam atributos úteis desde o início.
# %%
def build_eye(features=32):
    """Image encoder from a frame to `features` numbers."""
    # pt: """Codificador de imagens, de um quadro para `features` números."""
    look = [layers.Conv2D(n, 3, 2, "same", activation="gelu") for n in (16, 32)]
    return keras.Sequential(
        [keras.Input((SIDE, SIDE, 1)), *look, layers.Flatten(), layers.Dense(features)], name="eye"
    )


def build_brush(features=32):
    """Image decoder from `features` numbers to a frame."""
    # pt: """Decodificador de imagens, de `features` números para um quadro."""
    small = SIDE // 4
    first = [layers.Dense(small * small * 32, "gelu"), layers.Reshape((small, small, 32))]
    paint = layers.Conv2DTranspose(16, 3, 2, "same", activation="gelu")
    last = layers.Conv2DTranspose(1, 3, 2, "same", activation="sigmoid")
    return keras.Sequential([keras.Input((features,)), *first, paint, last], name="brush")


# %%
def build_film_model(eye, brush, code_size=32, units=128):
    """Encoder of films, and the composite model for frames seen and future frames."""
    # pt: """Codificador de filmes e modelo composto para quadros vistos e quadros futuros."""
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
frames = film_train[:, ::2].reshape(-1, SIDE, SIDE, 1)
epochs = settings.pick(quick=1, class_=5, full=10)
_, eye_seconds = train(frame_model, frames, frames, epochs, batch=125, peak=5e-3, loss="binary_crossentropy")
# %%
film_encoder, film_model = build_film_model(eye, brush)
epochs = settings.pick(quick=1, class_=7, full=30)
wanted = {"x_hat": seen_train, "future": next_train}
_, film_seconds = train(
    film_model, seen_train, wanted, epochs, batch=50, peak=3e-3, loss="binary_crossentropy"
)
# %% [markdown] lang="en"
# **Baselines.** For the frames seen: the mean frame of the film (which must store a whole image) and PCA of the six frames with 32 components. For the future frames: the last frame repeated, the mean of all training films, and linear regression from PCA's code.
# %% [markdown] lang="pt-BR"
# **Linhas de base.** Para os quadros vistos: o quadro médio do filme (que exige guardar uma imagem inteira) e a PCA dos seis quadros com 32 componentes. Para os quadros futuros: o último quadro repetido, a média de todos os filmes de treino e a regressão linear a partir do código da PCA.
# %%
flat_train, flat_test = (f.reshape(len(f), -1) for f in (seen_train, seen_test))
start = time.perf_counter()
film_pca = PCA(32, svd_solver="randomized", random_state=0).fit(flat_train)
ahead = LinearRegression().fit(film_pca.transform(flat_train), next_train.reshape(len(next_train), -1))
film_pca_seconds = time.perf_counter() - start
z = film_pca.transform(flat_test)
# %%
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
    "lstm": (
        "image encoder, LSTM, image decoder",
        film_model.count_params(),
        128,
        eye_seconds + film_seconds,
    ),
    # pt: "codificador de imagens, LSTM, decodificador de imagens"
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
# %%
classifier = keras.Sequential([build_eye(64), layers.Activation("gelu"), layers.Dense(10)])
labels = np.repeat(mnist.y_train[which_train], len(frames) // len(film_train))
logits = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
epochs = settings.pick(quick=1, class_=4, full=10)
_, seconds = train(classifier, frames, labels, epochs, batch=125, peak=5e-3, loss=logits)


def recognised(frames):
    """Share of frames (500, SEEN, SIDE, SIDE, 1) of the test films whose digit the classifier finds."""
    # pt: """Fração dos quadros (500, SEEN, SIDE, SIDE, 1) dos filmes de teste cujo dígito o classificador acerta."""
    found = classifier.predict(frames.reshape(-1, SIDE, SIDE, 1), verbose=0).argmax(1)
    return float(np.mean(found == np.repeat(mnist.y_test[which_test], SEEN)))


known, kept = recognised(seen_test), recognised(out["x_hat"])
print(
    "digit recognised, frames seen:   ", text.number(known, ".1%")
)  # pt: "dígito reconhecido, quadros vistos:  "
print(
    "digit recognised, reconstruction:", text.number(kept, ".1%")
)  # pt: "dígito reconhecido, reconstrução:    "
# %% tags=["claims"]
claims.check(
    mnist.source,
    film_known=known,
    film_kept=kept,
    film_still=film_errors["still"][0],
    film_pca=film_errors["pca"][0],
    film_lstm=film_errors["lstm"][0],
    film_last=film_errors["last"][1],
    film_mean_next=film_errors["mean"][1],
    film_pca_next=film_errors["pca"][1],
    film_lstm_next=film_errors["lstm"][1],
)
# %% cover=[0.063, 0.003, 0.439, 0.5] built={"en": "LSTM networks that continue curves and add numbers", "pt-BR": "redes LSTM que continuam curvas e somam números"}
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
    alt="Two films over LSTM and PCA, six frames seen and four to come: the LSTM draws a moving smear in which the digit cannot be recognised, PCA fainter clouds.",
    # pt: "Dois filmes sobre LSTM e PCA, seis quadros vistos e quatro por vir: a LSTM desenha um borrão em movimento em que não se reconhece o dígito; a PCA, nuvens mais fracas."
)
# %% [markdown] lang="en"
# The first six columns were seen, the last four are the future.
#
# - **Future frames.** Repeating the last frame has an error of {{ film_last }}, more than the mean of all films ({{ film_mean_next }}): a digit in the wrong place is wrong twice, where it is and where it
#   should be. PCA with regression has {{ film_pca_next }}; the LSTM has {{ film_lstm_next.min }} to {{ film_lstm_next.max }} in our {{ film_lstm_next.n }} runs.
# - **Frames seen.** The LSTM has {{ film_lstm.min }} to {{ film_lstm.max }}, PCA {{ film_pca }}, and the mean frame {{ film_still }} with eight times as many numbers. The LSTM is better than PCA in each run, by
#   less than a tenth.
#
# The figure shows what the squared error hides. The position is about right, but **much of the digit's identity is lost**. A classifier trained on frames of the training films recognises {{ film_known }} of the original frames and {{ film_kept }} of the reconstructed ones
# ({{ film_kept.min }} to {{ film_kept.max }} in our runs; guessing gives about a tenth). With 32 numbers for six frames and this short training, the model has learned where a digit moves better than which digit it is.
# %% [markdown] lang="pt-BR"
# As seis primeiras colunas foram vistas; as quatro últimas são o futuro.
#
# - **Quadros futuros.** Repetir o último quadro tem erro de {{ film_last }}, mais que a média de todos os filmes ({{ film_mean_next }}): um dígito no lugar errado erra duas vezes, onde está e onde
#   deveria estar. A PCA com regressão tem {{ film_pca_next }}; a LSTM vai de {{ film_lstm_next.min }} a {{ film_lstm_next.max }} nas nossas {{ film_lstm_next.n }} execuções.
# - **Quadros vistos.** A LSTM vai de {{ film_lstm.min }} a {{ film_lstm.max }}; a PCA tem {{ film_pca }}, e o quadro médio, {{ film_still }}, com oito vezes mais números. A LSTM é melhor que a PCA em cada
#   execução, por menos de um décimo.
#
# A figura mostra o que o erro quadrático esconde. A posição está mais ou menos certa, mas **boa parte da identidade do dígito se perdeu**. Um classificador treinado com quadros dos filmes de treino reconhece {{ film_known }} dos quadros originais e {{ film_kept }} dos reconstruídos
# (de {{ film_kept.min }} a {{ film_kept.max }} nas nossas execuções; o palpite acerta cerca de um décimo). Com 32 números para seis quadros e este treino curto, o modelo aprendeu por onde o dígito anda melhor que qual dígito é.
# %% [markdown] lang="en"
# ### Heartbeats: recurrent, dense or linear?
#
# Lesson 05 detects abnormal heartbeats by the reconstruction error of a dense autoencoder trained on normal beats only. A beat is a sequence of 140 values, so we can also use an LSTM. We compare four models with a code of **eight numbers**: PCA, a
# dense network (140–32–16–8–16–32–140), convolutions and an LSTM. In the data file each beat already has mean 0 and variance 1.
#
# All models are trained on normal beats only. The score of a test beat is its mean absolute error. The **positive** class is *abnormal*; the ROC area is the probability that a random abnormal beat has a larger error than a random normal one.
#
# An LSTM needs one step after another, so 140 steps take long. We give it 14 steps of **ten values**. The convolutions read the 140 values and halve their number twice.
# %% [markdown] lang="pt-BR"
# ### Batimentos: recorrente, denso ou linear?
#
# A aula 05 detecta batimentos anormais pelo erro de reconstrução de um autoencoder denso treinado só com batimentos normais. Um batimento é uma sequência de 140 valores; podemos então usar também uma LSTM. Comparamos quatro modelos com um código de **oito
# números**: PCA, uma rede densa (140–32–16–8–16–32–140), convoluções e uma LSTM. No arquivo, cada batimento já tem média 0 e variância 1.
#
# Todos os modelos são treinados só com batimentos normais. O escore de um batimento de teste é o seu erro absoluto médio. A classe **positiva** é *anormal*; a área ROC é a probabilidade de um batimento anormal sorteado ter erro maior que um normal sorteado.
#
# A LSTM precisa calcular um passo depois do outro, e 140 passos demoram. Damos a ela 14 passos de **dez valores**. As convoluções leem os 140 valores e reduzem seu número à metade duas vezes.
# %%
beats = data.ecg_anomalies.heartbeats()
print(beats.provenance)
order = np.random.default_rng(2026).permutation(len(beats.x))
part_train, part_val, part_test = np.split(order, [int(0.6 * len(order)), int(0.8 * len(order))])
beat_train, beat_val = (beats.x[p][beats.normal[p]] for p in (part_train, part_val))
beat_test, abnormal = beats.x[part_test], ~beats.normal[part_test]
print(beat_train.shape, beat_val.shape, beat_test.shape)


# %%
def build_beat_dense():
    """Dense autoencoder of 140 values with a code of 8."""
    # pt: """Autoencoder denso de 140 valores com um código de 8."""
    hidden = [layers.Dense(n, None if n == 8 else "relu") for n in (32, 16, 8, 16, 32)]
    return keras.Sequential([keras.Input((140,)), *hidden, layers.Dense(140)])


# %%
def build_beat_conv(filters=16):
    """Convolutional autoencoder of 140 values with a code of 8."""
    # pt: """Autoencoder convolucional de 140 valores com um código de 8."""
    read = [layers.Conv1D(filters, 7, 2, "same", activation="gelu") for _ in range(2)]
    write = [layers.Conv1DTranspose(filters, 7, 2, "same", activation="gelu") for _ in range(2)]
    code = [layers.Flatten(), layers.Dense(8, name="code"), layers.Dense(35 * filters, "gelu")]
    shape = layers.Reshape((35, filters))
    return keras.Sequential(
        [keras.Input((140, 1)), *read, *code, shape, *write, layers.Conv1D(1, 7, padding="same")]
    )


def build_beat_lstm(width=10, units=64):
    """LSTM autoencoder that reads `width` values per step, with a code of 8."""
    # pt: """Autoencoder LSTM que lê `width` valores por passo, com um código de 8."""
    read, write = layers.LSTM(units, unroll=True), layers.LSTM(units, return_sequences=True, unroll=True)
    parts = [
        read,
        layers.Dense(8, name="code"),
        layers.RepeatVector(140 // width),
        write,
        layers.Dense(width),
    ]
    return keras.Sequential([keras.Input((140 // width, width)), *parts])


# %%
batch = settings.pick(quick=256, class_=32, full=32)
beat_contest = {
    "dense": (build_beat_dense, (140,), settings.pick(quick=4, class_=100, full=200), 64, 3e-3),
    "conv": (build_beat_conv, (140, 1), settings.pick(quick=1, class_=40, full=150), batch, 5e-3),
    "pieces": (build_beat_lstm, (14, 10), settings.pick(quick=1, class_=40, full=150), batch, 5e-3),
}
# %%
beat_models, beat_hat, beat_seconds = {}, {}, {}
for key, (build, shape, epochs, batch, peak) in beat_contest.items():
    keras.utils.set_random_seed(settings.seed())
    beat_models[key] = build()
    x = beat_train.reshape(-1, *shape)
    _, beat_seconds[key] = train(beat_models[key], x, x, epochs, batch, peak)
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
    "conv": ("Conv1D", beat_models["conv"].count_params(), 32),
    "pieces": ("LSTM, ten values a step", beat_models["pieces"].count_params(), 32),
    # pt: "LSTM, dez valores por passo"
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
# %% tags=["claims"]
claims.check(
    beats.source,
    beat_mean=normal_error["mean"],
    beat_pca=normal_error["pca"],
    beat_dense=normal_error["dense"],
    beat_conv=normal_error["conv"],
    beat_pieces=normal_error["pieces"],
    area_mean=area["mean"],
    area_pca=area["pca"],
    area_dense=area["dense"],
    area_conv=area["conv"],
    area_pieces=area["pieces"],
)
# %%
fig, axes = plt.subplots(1, 2, figsize=(12, 4.4), sharey=True)
titles = ("a normal test beat", "an abnormal test beat")
# pt: "um batimento de teste normal", "um batimento de teste anormal"
labels = {"dense": "dense", "conv": "Conv1D", "pieces": "LSTM, ten values a step", "pca": "PCA"}
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
# - **Error on normal beats.** PCA has an error of {{ beat_pca }}. In our {{ beat_dense.n }} runs the dense network has {{ beat_dense.min }} to {{ beat_dense.max }}, `Conv1D` {{ beat_conv.min }} to {{ beat_conv.max }}, and the LSTM
#   {{ beat_pieces.min }} to {{ beat_pieces.max }}. The mean beat has {{ beat_mean }}. These beats come from one patient and are aligned, and a linear code describes them well.
# - **ROC area.** Dense {{ area_dense.min }} to {{ area_dense.max }}, `Conv1D` {{ area_conv.min }} to {{ area_conv.max }}, LSTM {{ area_pieces.min }} to {{ area_pieces.max }}, PCA {{ area_pca }}. Where two ranges overlap, we cannot rank the models. A low error on
#   normal beats does not guarantee the best detection. The mean beat, without any code, already has {{ area_mean }}.
#
# For aligned sequences of fixed length, start with PCA, a dense network and `Conv1D`. This is a teaching example with one patient, not a medical device.
# %% [markdown] lang="pt-BR"
# - **Erro em batimentos normais.** A PCA tem erro de {{ beat_pca }}. Nas nossas {{ beat_dense.n }} execuções, a rede densa vai de {{ beat_dense.min }} a {{ beat_dense.max }}, a `Conv1D`, de {{ beat_conv.min }} a {{ beat_conv.max }}, e a LSTM, de
#   {{ beat_pieces.min }} a {{ beat_pieces.max }}. O batimento médio tem {{ beat_mean }}. Os batimentos são de um só paciente e estão alinhados; um código linear os descreve bem.
# - **Área ROC.** Densa, de {{ area_dense.min }} a {{ area_dense.max }}; `Conv1D`, de {{ area_conv.min }} a {{ area_conv.max }}; LSTM, de {{ area_pieces.min }} a {{ area_pieces.max }}; PCA, {{ area_pca }}. Onde duas faixas se sobrepõem, não podemos ordenar os modelos. Um erro baixo
#   nos batimentos normais não garante a melhor detecção. O batimento médio, sem nenhum código, já tem {{ area_mean }}.
#
# Para sequências alinhadas de tamanho fixo, comece pela PCA, por uma rede densa e pela `Conv1D`. Este é um exemplo didático de um só paciente, não um dispositivo médico.
# %% [markdown] lang="en"
# ### What the two decoders share
#
# Do both decoders of a composite model really use the same encoder? We double the weights of one part and look at which outputs change. A change in the encoder must affect *both* outputs; a change in one
# decoder must affect one.
# %% [markdown] lang="pt-BR"
# ### O que os dois decodificadores compartilham
#
# Os dois decodificadores de um modelo composto usam mesmo o mesmo codificador? Dobramos os pesos de uma parte e vemos quais saídas mudam. Uma mudança no codificador tem de
# afetar *as duas* saídas; uma mudança num decodificador, só uma.
# %% tags=["nbval-check-output"]
def disturbed(model, part, x):
    """Which outputs of `model` change while the weights of `part` are doubled."""
    # pt: """Quais saídas de `model` mudam enquanto os pesos de `part` estão dobrados."""
    weights, before = part.get_weights(), model(x)
    part.set_weights([2 * w for w in weights])
    after = model(x)
    part.set_weights(weights)
    return {name: not np.array_equal(before[name], after[name]) for name in sorted(before)}


composite = trained["composite"][0][0]
encoder, decoder = composite.get_layer("encoder"), composite.get_layer("future")
print("encoder:", disturbed(composite, encoder, past_test[:5]))  # pt: "codificador:"
print("decoder of the future:", disturbed(composite, decoder, past_test[:5]))
# pt: "decodificador do futuro:"
# %% [markdown] lang="en"
# ### Exercise 3: a third output
#
# Build a model `three_heads` with one encoder (`build_encoder(4, 48)`) and three outputs: `x_hat`, `future`, and `kind`. The last has three softmax units that classify the shape of the wave. You need not train it. The check looks at the shapes and at whether
# all three outputs depend on one code.
# %% [markdown] lang="pt-BR"
# ### Exercício 3: uma terceira saída
#
# Monte um modelo `three_heads` com um codificador (`build_encoder(4, 48)`) e três saídas: `x_hat`, `future` e `kind`. A última tem três unidades softmax que classificam a forma da onda. Não é preciso treiná-lo. A verificação olha as formas e se as três saídas
# dependem de um só código.
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
# ### Saving the parts
#
# The composite model has three parts that can be used separately. With the encoder alone you can search for similar waves; with one decoder alone you can generate futures from codes. We save each part in its own file. With `safe_mode=True`, `load_model` refuses files that would
# run arbitrary code.
# %% [markdown] lang="pt-BR"
# ### Salvar as partes
#
# O modelo composto tem três partes que podem ser usadas separadamente. Só com o codificador, podemos procurar ondas parecidas; só com um decodificador, gerar futuros a partir de códigos. Salvamos cada parte em seu próprio arquivo. Com `safe_mode=True`, `load_model` recusa
# arquivos que executariam código arbitrário.
# %%
work = settings.run_folder()
print(settings.relative(work))
composite.get_layer("encoder").save(work / "encoder.keras")
for name in both:
    composite.get_layer(name).save(work / f"decoder_{name}.keras")


# %% tags=["nbval-check-output"]
def load_and_evaluate(folder, head, past, target):
    """Mean squared error of the saved encoder with the saved decoder `head`."""
    # pt: """Erro quadrático médio do codificador salvo com o decodificador salvo `head`."""
    first = keras.models.load_model(folder / "encoder.keras", safe_mode=True)
    second = keras.models.load_model(folder / f"decoder_{head}.keras", safe_mode=True)
    return mse(target, np.asarray(second(first(past))))


in_memory = composite(past_test)
for head, target in targets_test.items():
    loaded = load_and_evaluate(work, head, past_test, target)
    print(head, np.isclose(loaded, mse(target, in_memory[head]), rtol=1e-6, atol=0))
# %% [markdown] lang="en"
# ## References
#
# - S. Hochreiter, J. Schmidhuber, *Long short-term memory*, Neural Computation 9, 1997.
# - R. J. Williams, D. Zipser, *A learning algorithm for continually running fully recurrent neural networks*, Neural Computation 1, 1989 (teacher forcing).
# - I. Sutskever, O. Vinyals, Q. V. Le, *Sequence to sequence learning with neural networks*, NeurIPS, 2014 (also on reversing the input).
# - W. Zaremba, I. Sutskever, *Learning to execute*, 2014 (adding numbers character by character).
# - N. Srivastava, E. Mansimov, R. Salakhutdinov, *Unsupervised learning of video representations using LSTMs*, ICML, 2015 (composite model, moving digits).
# - S. Bengio, O. Vinyals, N. Jaitly, N. Shazeer, *Scheduled sampling for sequence prediction with recurrent neural networks*, NeurIPS, 2015 (the gap between training and use).
# - A. Roberts and others, *A hierarchical latent vector model for learning long-term structure in music*, arXiv:1803.05428, 2018 (MusicVAE).
# - Y. Chen and others, *The UCR time series classification archive*, 2015; A. L. Goldberger and others, *PhysioBank, PhysioToolkit, and PhysioNet*, Circulation 101, 2000. Heartbeats.
#
# The LSTM autoencoder, the forecast of eight values from nine and the composite model follow the slides "AutoEncoder" of the Advanced Institute for Artificial Intelligence. The dense network for
# heartbeats has the layer sizes of the network of lesson 05; its code and output are linear.
#
# Next: lesson 08, variational autoencoders. Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# ## Referências
#
# - S. Hochreiter, J. Schmidhuber, *Long short-term memory*, Neural Computation 9, 1997.
# - R. J. Williams, D. Zipser, *A learning algorithm for continually running fully recurrent neural networks*, Neural Computation 1, 1989 (*teacher forcing*).
# - I. Sutskever, O. Vinyals, Q. V. Le, *Sequence to sequence learning with neural networks*, NeurIPS, 2014 (também sobre inverter a entrada).
# - W. Zaremba, I. Sutskever, *Learning to execute*, 2014 (somar números caractere por caractere).
# - N. Srivastava, E. Mansimov, R. Salakhutdinov, *Unsupervised learning of video representations using LSTMs*, ICML, 2015 (modelo composto, dígitos em movimento).
# - S. Bengio, O. Vinyals, N. Jaitly, N. Shazeer, *Scheduled sampling for sequence prediction with recurrent neural networks*, NeurIPS, 2015 (a diferença entre treino e uso).
# - A. Roberts e outros, *A hierarchical latent vector model for learning long-term structure in music*, arXiv:1803.05428, 2018 (MusicVAE).
# - Y. Chen e outros, *The UCR time series classification archive*, 2015; A. L. Goldberger e outros, *PhysioBank, PhysioToolkit, and PhysioNet*, Circulation 101, 2000. Batimentos.
#
# O autoencoder LSTM, a previsão de oito valores a partir de nove e o modelo composto seguem os slides "AutoEncoder" do Advanced Institute for Artificial Intelligence. A rede densa
# para batimentos tem camadas dos mesmos tamanhos que a da aula 05, mas o código e a saída são lineares.
#
# A seguir: a aula 08, autoencoders variacionais. Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
