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
# - forecast a series, build a composite model (one encoder, two decoders), and compare both with simple baselines;
# - distinguish a one-step forecast with teacher forcing from a forecast of many steps;
# - train a sequence-to-sequence network and test it on questions that it has never seen.
#
# **Prerequisites:** lessons 01 and 02 (PCA, training, validation, functional API).
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
# - prever a continuação de uma série, montar um modelo composto (um codificador, dois decodificadores) e comparar ambos com linhas de base simples;
# - distinguir uma previsão de um passo, com *teacher forcing*, de uma previsão de vários passos;
# - treinar uma rede de sequência para sequência e testá-la em perguntas que ela nunca viu.
#
# **Pré-requisitos:** aulas 01 e 02 (PCA, treino, validação, API funcional).
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
#
# **Predict before you run:** what shape does each of these layers return?
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
# The LSTM autoencoders of this lesson join these pieces:
#
# `sequence → LSTM → code → RepeatVector → LSTM(return_sequences=True) → TimeDistributed(Dense) → sequence`
#
# A dense layer works on the last axis anyway, so for it `TimeDistributed` should make no difference. We check this.
# %% [markdown] lang="pt-BR"
# - Sem `return_sequences`, a LSTM devolve só a última saída, $h_9$: um vetor para a sequência inteira. É disso que um **codificador** precisa.
# - Com `return_sequences=True`, devolve $h_1, \dots, h_9$, um vetor por passo. É disso que um **decodificador** precisa.
# - `RepeatVector(9)` copia um vetor nove vezes, para que o decodificador receba o código em cada passo.
# - `TimeDistributed(camada)` aplica a mesma camada a cada passo.
#
# Os autoencoders LSTM desta aula juntam essas peças:
#
# `sequência → LSTM → código → RepeatVector → LSTM(return_sequences=True) → TimeDistributed(Dense) → sequência`
#
# Uma camada densa já trabalha no último eixo; com ela, `TimeDistributed` não deveria fazer diferença. Vamos conferir.
# %%
dense = layers.Dense(3)
difference = float(np.abs(layers.TimeDistributed(dense)(every) - dense(every)).max())
COMPUTED = "real"  # computed data need no download
# pt: dados calculados não precisam de download
claims.check(COMPUTED, td_difference=difference)


# %% [markdown] lang="en"
# The outputs are the same (largest difference: {{ td_difference }}). We still write `TimeDistributed`, because it shows the intention. With a whole image network as the layer it is
# necessary; "Going further" has an example.
#
# ## 2. Nine numbers: reconstruction without generalisation
#
# Many introductions to LSTM autoencoders train on a single sequence, 0.1, 0.2, …, 0.9, with a hundred units on each side. We begin with the same experiment.
# %% [markdown] lang="pt-BR"
# As saídas são iguais (maior diferença: {{ td_difference }}). Mesmo assim, escrevemos `TimeDistributed`, que deixa clara a intenção. Quando a camada é uma rede de imagens inteira, ele
# é necessário; há um exemplo em "Para ir além".
#
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
# `unroll=True` writes the nine steps out as separate operations in place of a loop. The graph becomes larger, and short sequences usually train faster on a
# CPU. The function `train` is used for all models. Its learning-rate schedule rises during the first tenth of the steps and then falls along a cosine, as in the
# lessons before. `steps_per_execution` runs all steps of an epoch in one call.
# %% [markdown] lang="pt-BR"
# `unroll=True` escreve os nove passos como operações separadas, em vez de um laço. O grafo fica maior, e sequências curtas costumam treinar mais depressa
# em CPU. A função `train` serve para todos os modelos. O cronograma da taxa de aprendizado sobe no primeiro décimo dos passos e depois desce segundo um
# cosseno, como nas aulas anteriores. `steps_per_execution` executa todos os passos de uma época numa só chamada.
# %%
def train(model, x, y, held_out, epochs, batch, peak, loss="mse", jit=False, **options):
    """Train with a warm-up and a cosine schedule; return the history and the seconds."""
    # pt: """Treina com aquecimento e taxa em cosseno; devolve o histórico e os segundos."""
    steps = -(-len(x) // batch)
    warm = max(1, epochs * steps // 10)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, max(1, epochs * steps - warm), warmup_target=peak, warmup_steps=warm
    )
    model.compile(keras.optimizers.Adam(rate), loss, jit_compile=jit, steps_per_execution=steps, **options)
    model.optimizer.build(model.trainable_variables)  # otherwise TensorFlow builds the graph twice
    # pt: sem isto, o TensorFlow monta o grafo duas vezes
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
# The mean absolute error is {{ nine_error }} on the training sequence and {{ nine_backwards }} on the same numbers backwards. A program that ignores its input
# and always returns the training sequence would have {{ nine_reciting }} there. So the network is almost as wrong as that program: it returns a rising curve
# for each of the three inputs. It has **memorised** the sequence. With one training sequence there is nothing to generalise from, and no validation data that
# could reveal it.
#
# The same introductions contain a second trap. To "predict", they ask for numbers 2 to 9 after the encoder has read numbers 1 to 9. The answers are part of the
# input. From section 4 on, our targets are in the future.
#
# ## 3. An LSTM autoencoder for waves
#
# We keep the sizes and change the data. Each example is a piece of a wave with a random shape (sine, sawtooth, triangle), period, height and starting point,
# plus a little noise. We can draw as many as we want, so we can keep some for validation and test. Besides its shape, a wave has three parameters. We
# therefore give the code **four numbers**, fewer than the nine of the input.
# %% [markdown] lang="pt-BR"
# O erro absoluto médio é {{ nine_error }} na sequência de treino e {{ nine_backwards }} nos mesmos números de trás para a frente. Um programa que ignorasse a
# entrada e devolvesse sempre a sequência de treino teria ali {{ nine_reciting }}. A rede erra, portanto, quase tanto quanto esse programa: devolve uma
# curva crescente para as três entradas. Ela **memorizou** a sequência. Com uma única sequência de treino, não há a partir do que generalizar, nem
# dados de validação que revelem o problema.
#
# As mesmas introduções têm uma segunda armadilha. Para "prever", pedem os números 2 a 9 depois que o codificador leu os números 1 a 9. As respostas fazem
# parte da entrada. A partir da seção 4, nossos alvos ficam no futuro.
#
# ## 3. Um autoencoder LSTM para ondas
#
# Mantemos os tamanhos e mudamos os dados. Cada exemplo é um pedaço de onda com forma (seno, dente de serra, triângulo), período, altura e ponto de
# partida sorteados, mais um pouco de ruído. Podemos sortear quantas quisermos e reservar algumas para validação e teste. Além da forma, uma onda tem
# três parâmetros. Por isso damos ao código **quatro números**, menos que os nove da entrada.
# %%
PAST, FUTURE = 9, 8


def waves(count, rng):
    """Random pieces of waves (count, PAST + FUTURE, 1) and the kind of each: 0, 1 or 2."""
    # pt: """Pedaços de ondas sorteados (count, PAST + FUTURE, 1) e o tipo de cada um: 0, 1 ou 2."""
    period, start = rng.uniform(6, 20, (count, 1)), rng.random((count, 1))
    turn = (np.arange(PAST + FUTURE) / period + start) % 1
    shapes = np.stack([np.sin(2 * np.pi * turn), 2 * turn - 1, 4 * np.abs(turn - 0.5) - 1])
    kind = rng.integers(3, size=count)
    x = 0.5 + rng.uniform(0.2, 0.45, (count, 1)) * shapes[kind, np.arange(count)]
    x = x + rng.normal(0, NOISE, x.shape)
    return x.astype("float32")[:, :, None], kind


NOISE = 0.01  # standard deviation; its square is the lowest expected error of any forecast
# pt: desvio padrão; o quadrado é o menor erro esperado de qualquer previsão
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
# - for the past: the mean training wave, and PCA with four components;
# - for the future: the mean wave, the last value repeated, the straight line through the last two values, and linear regression from the nine past values to the
#   eight future ones.
#
# **Predict:** which is worse, "last value" or "straight line"? Is either better than the mean wave, which ignores the input?
# %% [markdown] lang="pt-BR"
# O passado fica à esquerda da linha; o futuro, à direita. Primeiro, as **linhas de base** (*baselines*), os métodos simples que uma rede precisa superar:
#
# - para o passado: a onda média do treino e a PCA com quatro componentes;
# - para o futuro: a onda média, o último valor repetido, a reta que passa pelos dois últimos valores e a regressão linear dos nove valores passados para os oito
#   futuros.
#
# **Arrisque:** qual é pior, "último valor" ou "reta"? Alguma das duas é melhor que a onda média, que ignora a entrada?
# %%
def mse(x, x_hat):
    """Mean squared error over all examples and steps."""
    # pt: """Erro quadrático médio sobre todos os exemplos e passos."""
    return float(np.mean((np.asarray(x) - x_hat) ** 2))


def straight_line(past, steps):
    """Extend the line through the last two values by `steps` steps; shape (n, steps, 1)."""
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
# Section 4 shows all results in one table. Now the autoencoder. An LSTM reads nine steps, a dense layer reduces its last output to the code of four numbers, and a
# second LSTM writes nine steps. `build_recurrent` can attach several decoders to one encoder; here it attaches one.
# %% [markdown] lang="pt-BR"
# A seção 4 reúne todos os resultados numa tabela. Agora o autoencoder. Uma LSTM lê nove passos, uma camada densa reduz a última saída ao código de quatro
# números e outra LSTM escreve nove passos. `build_recurrent` pode ligar vários decodificadores a um codificador; aqui, liga um.
# %%
def build_encoder(code_size, units):
    """Encoder from PAST steps to a code."""
    # pt: """Codificador de PAST passos para um código."""
    parts = [layers.LSTM(units, unroll=True), layers.Dense(code_size, name="code")]
    return keras.Sequential([keras.Input((PAST, 1)), *parts], name="encoder")


def build_decoder(code_size, steps, units, name):
    """Decoder from a code to `steps` values."""
    # pt: """Decodificador de um código para `steps` valores."""
    repeat = [keras.Input((code_size,)), layers.RepeatVector(steps)]
    write = layers.LSTM(units, return_sequences=True, unroll=True)
    return keras.Sequential([*repeat, write, layers.TimeDistributed(layers.Dense(1))], name=name)


def build_recurrent(heads, code_size=4, units=48):
    """Return the encoder, a decoder for each head (name -> number of steps), and the whole model."""
    # pt: """Devolve o codificador, um decodificador por saída (nome -> número de passos) e o modelo inteiro."""
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
    """Train a model whose outputs are named in `targets`; store it and its test errors under `key`."""
    # pt: """Treina um modelo cujas saídas têm nomes de `targets`; guarda o modelo e os erros de teste em `key`."""
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
# These waves were not in the training data, and each reconstruction follows its own wave. This network reads its input. It has difficulty where a wave is
# not smooth: corners become round, and the jump of a sawtooth becomes a slope.
#
# ## 4. Forecasting and the composite model
#
# A forecasting network differs only in its targets: the decoder writes the **next** eight values instead of the nine that the encoder has read. N. Srivastava and
# colleagues (2015) combined both tasks in a **composite model**. One encoder feeds **two decoders**; one reconstructs the past, the other predicts
# the future. Their argument: a code for reconstruction alone may store unimportant details, and a code for prediction alone may forget the distant past. A code
# for both tasks should avoid both. We train all three versions.
# %% [markdown] lang="pt-BR"
# Essas ondas não estavam no treino, e cada reconstrução acompanha a sua própria onda. Esta rede lê a entrada. A dificuldade aparece onde a onda não é suave: os cantos
# ficam arredondados, e o salto do dente de serra vira uma rampa.
#
# ## 4. Previsão e o modelo composto
#
# Uma rede de previsão difere só nos alvos: o decodificador escreve os oito valores **seguintes**, em vez dos nove que o codificador leu. N. Srivastava e
# colegas (2015) reuniram as duas tarefas num **modelo composto**. Um codificador alimenta **dois decodificadores**; um reconstrói o passado, o outro prevê o
# futuro. O argumento: um código só para reconstrução pode guardar detalhes sem importância, e um código só para previsão pode esquecer o passado
# distante. Um código para as duas tarefas deveria evitar as duas falhas. Treinamos as três versões.
# %%
keras.utils.set_random_seed(settings.seed())
_, _, forecaster = build_recurrent({"future": FUTURE})
train_waves("predict", forecaster)

keras.utils.set_random_seed(settings.seed())
shared_encoder, two_decoders, composite = build_recurrent({"x_hat": PAST, "future": FUTURE})
train_waves("composite", composite)


# %% [markdown] lang="en"
# Do both decoders really use the same encoder? We double the weights of one part and look at which outputs change. A change in the encoder must affect *both* outputs; a change in one
# decoder must affect one.
# %% [markdown] lang="pt-BR"
# Os dois decodificadores usam mesmo o mesmo codificador? Dobramos os pesos de uma parte e vemos quais saídas mudam. Uma mudança no codificador tem de
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


print({name: tuple(t.shape) for name, t in sorted(composite.output.items())})
print("encoder:", disturbed(composite, shared_encoder, past_test[:5]))  # pt: "codificador:"
print(
    "decoder of the future:", disturbed(composite, two_decoders["future"], past_test[:5])
)  # pt: "decodificador do futuro:"


# %% [markdown] lang="en"
# Nine values in fixed positions do not need a recurrent network. So we also train a **dense** composite model with the same code size and about as many parameters.
# %% [markdown] lang="pt-BR"
# Nove valores em posições fixas não exigem uma rede recorrente. Por isso treinamos também um modelo composto **denso**, com código do mesmo tamanho e
# número parecido de parâmetros.
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
# - **The past.** PCA has an error of {{ pca_past }}. In our {{ reconstruct_past.n }} recorded runs the LSTM autoencoder has
#   {{ reconstruct_past.min }} to {{ reconstruct_past.max }}: less than PCA in all runs but one, whose training ended at a poor solution. Both use four numbers, but
#   the network can learn a curved surface, and waves of different periods do not lie in a linear subspace of four dimensions. PCA is computed directly and cannot end at a poor solution.
# - **The future.** "Last value" ({{ last_future }}) and "straight line" ({{ line_future }}) are worse than the mean wave ({{ mean_future }}), because a wave that
#   rises soon falls. Linear regression reaches {{ regression_future }}. The LSTM reaches {{ predict_future.min }} to {{ predict_future.max }}, about half, through a code of only four numbers.
# %% [markdown] lang="pt-BR"
# - **O passado.** A PCA tem erro de {{ pca_past }}. Nas nossas {{ reconstruct_past.n }} execuções registradas, o autoencoder LSTM vai de
#   {{ reconstruct_past.min }} a {{ reconstruct_past.max }}: menos que a PCA em todas, exceto uma, cujo treino parou numa solução ruim. Ambos usam quatro números, mas a
#   rede pode aprender uma superfície curva, e ondas de períodos diferentes não estão num subespaço linear de quatro dimensões. Já a PCA é calculada diretamente e não pode parar numa solução ruim.
# - **O futuro.** "Último valor" ({{ last_future }}) e "reta" ({{ line_future }}) são piores que a onda média ({{ mean_future }}), porque uma onda que sobe logo
#   desce. A regressão linear chega a {{ regression_future }}. A LSTM vai de {{ predict_future.min }} a {{ predict_future.max }}, cerca de metade, com um código de só quatro números.
# %% [markdown] lang="en"
# - **Both tasks.** On the past, the composite model has {{ composite_past.min }} to {{ composite_past.max }}, more than the LSTM that only reconstructs, except in the run named above. On the
#   future, it has {{ composite_future.min }} to {{ composite_future.max }}; this range overlaps that of the LSTM that only predicts. In these runs one code serves
#   two tasks, usually reconstructs a little worse, and does not clearly predict better.
# - **The dense model wins.** It has {{ dense_past.min }} to {{ dense_past.max }} on the past and {{ dense_future.min }} to {{ dense_future.max }} on the future. In
#   each run both errors are lower than those of the composite LSTM. In the run shown, its training is also several times shorter. For short windows of fixed
#   length, try a dense network first.
# %% [markdown] lang="pt-BR"
# - **As duas tarefas.** No passado, o modelo composto vai de {{ composite_past.min }} a {{ composite_past.max }}, mais que a LSTM que só reconstrói, exceto na execução citada acima. No futuro,
#   vai de {{ composite_future.min }} a {{ composite_future.max }}, faixa que se sobrepõe à da LSTM que só prevê. Nessas execuções, um código serve a duas tarefas,
#   em geral reconstrói um pouco pior e não prevê claramente melhor.
# - **O modelo denso vence.** Ele vai de {{ dense_past.min }} a {{ dense_past.max }} no passado e de {{ dense_future.min }} a {{ dense_future.max }} no futuro. Em
#   cada execução, os dois erros são menores que os da LSTM composta. Na execução mostrada, o treino também é várias vezes mais curto. Para janelas curtas de
#   tamanho fixo, experimente primeiro uma rede densa.
# %% card={"en": "LSTM networks that continue curves and add numbers", "pt-BR": "redes LSTM que continuam curvas e somam números"}
out = {name: np.asarray(value) for name, value in composite(past_test).items()}
lines = [(range(1, PAST + 1), out["x_hat"], plot.RED)]
lines.append((range(PAST + 1, PAST + FUTURE + 1), out["future"], plot.BLUE))
about = "Composite model: red reconstructions follow the past, blue forecasts carry the wave on, least well around jumps."
# pt: "Modelo composto: reconstruções em vermelho seguem o passado, previsões em azul continuam a onda, pior perto dos saltos."
wave_panels(shape_names, lines, about)


# %% [markdown] lang="en"
# Red is the reconstruction, blue the forecast. In these six panels the forecast follows the second sine and the triangles best. It misses the height and the jump of the
# sawtooths, and the first sine falls too early.
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
# Em vermelho, a reconstrução; em azul, a previsão. Nestes seis quadros, a previsão acompanha melhor o segundo seno e os triângulos. Erra a altura e o salto dos dentes
# de serra, e o primeiro seno desce cedo demais.
#
# ## 5. *Teacher forcing* e marcha livre
#
# Nossos decodificadores recebem o código repetido e escrevem o futuro inteiro de uma vez. Um erro no passo 3 não passa ao passo 4. Uma rede
# **autorregressiva** funciona de outro modo: recebe os valores até o momento e prevê o seguinte.
#
# No treino com ***teacher forcing***, a rede recebe sempre os valores anteriores *verdadeiros*, tirados dos dados; assim, uma só passagem pela sequência treina todas
# as previsões de um passo. No uso, os valores verdadeiros não estão disponíveis, e realimentamos as próprias previsões da rede. É a **marcha livre** (*free running*). Durante o
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
# With the true previous values the error is {{ taught_future }}; with the network's own predictions it is {{ free_future }}, {{ free_ratio }} times as large
# ({{ free_ratio.min }} to {{ free_ratio.max }} times in our runs). The dashed line is **not a forecast of eight steps**. It shows eight forecasts of
# one step, each made with the true previous values. A plot of such forecasts over the data looks nearly perfect and answers a different question.
#
# At the first step the dashed and the red line agree, because the network has read the same nine true values in both cases. Then the free-running error
# grows. The error of the repeated code grows much less, so distance alone does not explain the growth. Accumulated errors are a plausible cause. The two
# models also differ in other ways; for example, the one-step network has no bottleneck.
# %% [markdown] lang="pt-BR"
# Com os valores anteriores verdadeiros, o erro é {{ taught_future }}; com as próprias previsões, é {{ free_future }}, ou seja, {{ free_ratio }} vezes o anterior (de
# {{ free_ratio.min }} a {{ free_ratio.max }} vezes nas nossas execuções). A linha tracejada **não é uma previsão de oito passos**. São oito previsões de um
# passo, cada uma feita com os valores anteriores verdadeiros. Um gráfico dessas previsões sobre os dados parece quase perfeito e responde a outra pergunta.
#
# No primeiro passo, as linhas tracejada e vermelha coincidem, pois em ambos os casos a rede leu os mesmos nove valores. Depois, o erro em marcha livre
# cresce. O erro do código repetido cresce muito menos; logo, a distância não explica sozinha o crescimento. O acúmulo de erros é uma causa plausível. Os
# dois modelos diferem também em outros pontos; a rede de um passo, por exemplo, não tem gargalo.
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
share = count / (1000 * 1001 / 2)
print(x_train.shape, y_train.shape)
asked, answered = ("".join(CHARACTERS[i] for i in one.argmax(1)) for one in (x_test[0], y_test[0]))
print(f"{asked} -> {answered}   ({asked[::-1]} = {answered[::-1]})")


# %% [markdown] lang="en"
# The network has the structure of section 3 without the narrow code, because a sum depends on all digits. At each position it chooses among twelve characters. The loss is the
# cross-entropy; it applies the softmax itself to the outputs (*logits*), which is numerically more stable. This training is the longest of the main part, so we compile it with
# XLA (`jit_compile`).
# %% [markdown] lang="pt-BR"
# A rede tem a estrutura da seção 3 sem o código estreito, porque a soma depende de todos os dígitos. Em cada posição, ela escolhe entre doze caracteres. O custo é
# a entropia cruzada; ela mesma aplica o softmax às saídas (*logits*), o que é numericamente mais estável. Este é o treino mais longo da parte principal da aula, e por
# isso o compilamos com XLA (`jit_compile`).
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
# In this run, the share of correct validation characters rises most in the third epoch and then approaches 1. Validation is above training because the
# training value is an average over an epoch during which the network is still improving.
#
# A sum counts as correct only if **all four** characters are. The baselines:
#
# - the most frequent character at each position;
# - *memory*: find the most similar training question and copy its answer;
# - linear regression from the same one-hot characters to the sum as a number, rounded.
#
# **Predict:** which of the three is best?
# %% [markdown] lang="pt-BR"
# Nesta execução, a fração de caracteres certos na validação sobe mais na terceira época e depois se aproxima de 1. A validação fica acima do treino
# porque o valor de treino é a média de uma época durante a qual a rede ainda melhora.
#
# Uma soma só conta como certa se **os quatro** caracteres estão certos. As linhas de base:
#
# - o caractere mais frequente em cada posição;
# - a *memória*: procurar a pergunta de treino mais parecida e copiar a resposta;
# - a regressão linear dos mesmos caracteres *one-hot* para a soma como número, arredondada.
#
# **Arrisque:** qual das três é a melhor?
# %%
def right(y, scores):
    """Share of correct characters, and share of answers with all characters correct."""
    # pt: """Fração de caracteres certos e fração de respostas com todos os caracteres certos."""
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
# Trained on {{ sums_share }} of all sums, the LSTM gets {{ adder_right }} of the test sums right. Memory gets {{ memory_right }}, because similar questions can have
# quite different answers. So the network has not merely stored its training sums: it generalises.
#
# **Linear regression gets {{ regression_right }}** and takes a fraction of a second. A sum *is* linear in its digits, once the answer is treated as a number. The
# comparison shows what prior knowledge is worth: we gave the regression a numeric target and fixed positions, while the network had to find the rule
# from characters. If you know the rule, use it.
#
# ### Explore the network's answers
#
# Two sliders set the numbers. The picture shows the probability of each character at each position. Look for a sum of which the network is unsure, or one that it
# gets wrong. Try `999 + 1` and two numbers of one digit.
# %% [markdown] lang="pt-BR"
# Treinada com {{ sums_share }} de todas as somas, a LSTM acerta {{ adder_right }} das somas de teste. A memória acerta {{ memory_right }}, porque perguntas
# parecidas podem ter respostas bem diferentes. Logo, a rede não se limitou a guardar as somas de treino: ela generaliza.
#
# **A regressão linear acerta {{ regression_right }}** e leva uma fração de segundo. Uma soma *é* linear nos dígitos, desde que a resposta seja tratada como
# número. A comparação mostra quanto vale o conhecimento prévio: à regressão demos um alvo numérico e posições fixas; a rede teve de descobrir a regra
# a partir de caracteres. Se você conhece a regra, use-a.
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
# In this run the network is less sure of 7 + 8 than of 473 + 59. A likely reason is the training data: nine tenths of the numbers below 1000 have three digits, so
# the network saw only a few sums of two one-digit numbers.
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
#
# **6.** How many sets of weights does `TimeDistributed(Dense(1))` have for nine steps?
#
# <details><summary>Answer</summary>One. The same layer is applied to every step; more steps would not need more weights.</details>
# %% [markdown] lang="pt-BR"
# Nesta execução, a rede tem menos certeza de 7 + 8 que de 473 + 59. Uma razão provável são os dados de treino: nove décimos dos números menores que 1.000 têm três
# dígitos, e a rede viu poucas somas de dois números de um dígito.
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
# <details><summary>Resposta</summary>Com o valor verdadeiro do dia anterior como entrada, todos os dias: uma série de previsões de um passo, perto de "o último valor outra vez". Peça o erro dessa linha de base e uma previsão em marcha livre.</details>
#
# **4.** O que os dois decodificadores de um modelo composto compartilham? Como você descobriria se compartilhar ajuda?
#
# <details><summary>Resposta</summary>Compartilham o codificador e o código; cada decodificador tem pesos próprios. Treine um codificador com cada decodificador sozinho, com o mesmo tamanho de código, os mesmos dados e passos, e compare os erros de teste em várias sementes.</details>
#
# **5.** `12+345` está no treino. Que somas não podem estar no teste?
#
# <details><summary>Resposta</summary>A própria 12+345 e 345+12. A adição é comutativa; a segunda é quase a mesma pergunta, com a mesma resposta. Divida pares sem ordem.</details>
#
# **6.** Quantos conjuntos de pesos tem `TimeDistributed(Dense(1))` para nove passos?
#
# <details><summary>Resposta</summary>Um. A mesma camada é aplicada a todos os passos; mais passos não exigiriam mais pesos.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# The cell below each exercise checks your answer at once. `check.leak.hint()`, with the name of the check, gives a hint; each further call gives a more detailed one.
#
# ### Exercise 1: answers that leak into the input
#
# The introductions of section 2 "predict" values 2 to 9 of the nine values that the encoder has read. How hard is this? Fit a linear regression from the nine past values (`flat`, the training waves) to the last eight *of these same values*.
# Store its mean squared error on the test waves in `leaked_error`, and compare it with the forecast of section 4.
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# A célula abaixo de cada exercício verifica a resposta na hora. `check.leak.hint()`, com o nome da verificação, dá uma dica; cada nova chamada dá outra mais detalhada.
#
# ### Exercício 1: respostas que vazam para a entrada
#
# As introduções da seção 2 "preveem" os valores 2 a 9 dos nove que o codificador leu. Essa tarefa é difícil? Ajuste uma regressão linear dos nove valores passados (`flat`, as ondas de treino) para os oito últimos *desses mesmos valores*.
# Guarde o erro quadrático médio nas ondas de teste em `leaked_error` e compare-o com a previsão da seção 4.
# %% exercise="1" role="answer"
leaked_error = None
### BEGIN SOLUTION
peek = LinearRegression().fit(flat, flat[:, 1:])
leaked_error = mse(past_test[:, 1:, 0], peek.predict(past_test[:, :, 0]))
# The targets are part of the input, so the regression only has to copy them.
# pt: Os alvos fazem parte da entrada; basta à regressão copiá-los.
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
    (x_val, y_val[:, ::-1]),
    settings.pick(quick=1, class_=7, full=40),
    batch=128,
    peak=4e-3,
    loss=keras.losses.CategoricalCrossentropy(from_logits=True),
    jit=settings.pick(quick=False, class_=True, full=True) and environment.xla_works(),
)
reading_right = right(y_test[:, ::-1], np.asarray(reader(x_test)))[1]
# The first digit written now depends on the carries of all the others.
# pt: O primeiro dígito escrito agora depende do "vai um" de todos os outros.
### END SOLUTION
# %% exercise="2" role="check"
check.order(reader, reading_right, x_test, y_test)
# check.order.hint()
if check.order.done:
    print(f"{results['adder'][1]:.3f} -> {reading_right:.3f}")
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
# ## Summary
#
# - An LSTM reads step by step. It returns its last output (encoder) or one output for each step (`return_sequences=True`, decoder). `RepeatVector` connects the two; `TimeDistributed` applies one layer to every step.
# - A perfect reconstruction of one training sequence shows nothing about generalisation. Test on other sequences, and compare with simple baselines.
# - A composite model reconstructs the past and predicts the future from one code. In our runs it did not clearly predict better than a model for prediction alone. The dense model had the lowest forecast errors.
# - With teacher forcing, the error is that of one step. A forecast of many steps must use the model's own predictions or write everything from the code.
# - Input and output may be different sequences. Split the data so that equivalent questions are always in the same split.
#
# ## Going further
#
# The rest is optional: padding and state in recurrent layers, films, heartbeats, and how to save the parts of a composite model.
#
# ### Padding, masks and state
#
# Sequences of different lengths are filled up to one length in a batch. The added values are called **padding**, and a **mask** makes the layer ignore them. With
# **`stateful=True`** a layer keeps its memory from one batch to the next, for recordings that arrive in pieces. Then the order of the batches matters,
# and you must call `reset_state()` before a new recording.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - Uma LSTM lê passo a passo. Devolve a última saída (codificador) ou uma saída por passo (`return_sequences=True`, decodificador). `RepeatVector` liga os dois; `TimeDistributed` aplica uma camada a cada passo.
# - A reconstrução perfeita de uma única sequência de treino não mostra nada sobre generalização. Teste com outras sequências e compare com linhas de base simples.
# - Um modelo composto reconstrói o passado e prevê o futuro a partir de um código. Nas nossas execuções, não previu claramente melhor que um modelo só de previsão. O modelo denso teve os menores erros de previsão.
# - Com *teacher forcing*, o erro é o de um passo. Uma previsão de vários passos precisa usar as previsões do próprio modelo ou escrever tudo a partir do código.
# - Entrada e saída podem ser sequências diferentes. Divida os dados de modo que perguntas equivalentes fiquem sempre no mesmo conjunto.
#
# ## Para ir além
#
# O resto é opcional: preenchimento e estado em camadas recorrentes, filmes, batimentos cardíacos e como salvar as partes de um modelo composto.
#
# ### Preenchimento, máscara e estado
#
# Sequências de tamanhos diferentes são completadas até um mesmo tamanho dentro do lote. Os valores acrescentados são o **preenchimento** (*padding*), e uma
# **máscara** faz a camada ignorá-los. Com **`stateful=True`**, a camada conserva a memória de um lote para o seguinte, para gravações que chegam em
# pedaços. Nesse caso, a ordem dos lotes importa, e é preciso chamar `reset_state()` antes de uma nova gravação.
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
# Without a mask, the padding changes the code, because the LSTM reads it as data. Without state, the layer forgets the first piece of a recording in two pieces.
#
# ### Films: one image network for every frame
#
# In a film each step is an image, and the tensor has five axes: `(films, frames, height, width, 1)`. A convolutional network should read each image, and it should be **the same network for
# every frame**: the appearance of a 3 does not depend on the time. `TimeDistributed` applies it to each frame.
#
# Our films are computed here. An MNIST digit, reduced to 10 × 10 pixels, moves with constant speed over a field of 16 × 16 pixels and bounces off the walls. The network sees six frames;
# the next four are the future. The digits of the test films come from the test images of MNIST.
# %% [markdown] lang="pt-BR"
# Sem máscara, o preenchimento muda o código, porque a LSTM o lê como dado. Sem estado, a camada esquece o primeiro dos dois pedaços da gravação.
#
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
    """Moving digits from `images` (n, 28, 28): float32 (count, SEEN + NEXT, SIDE, SIDE, 1)."""
    # pt: """Dígitos de `images` (n, 28, 28) em movimento: float32 (count, SEEN + NEXT, SIDE, SIDE, 1)."""
    small = images[rng.integers(len(images), size=count), 4:24, 4:24]
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
# The first six columns were seen, the last four are the future.
#
# - **Future frames.** Repeating the last frame has an error of {{ film_last }}, more than the mean of all films ({{ film_mean_next }}): a digit in the wrong place is wrong twice, where it is and where it
#   should be. PCA with regression has {{ film_pca_next }}; the LSTM has {{ film_lstm_next.min }} to {{ film_lstm_next.max }} in our {{ film_lstm_next.n }} runs.
# - **Frames seen.** The LSTM has {{ film_lstm.min }} to {{ film_lstm.max }}, PCA {{ film_pca }}, and the mean frame {{ film_still }} with eight times as many numbers. The LSTM is better than PCA in each run, by
#   less than a tenth.
#
# The figure shows what the squared error hides. The position is about right, but **the digit has lost its identity**: without the original, you could not say which digit it is. With 32 numbers for six frames
# and this short training, the model has learned where a digit moves, but not which digit it is.
# %% [markdown] lang="pt-BR"
# As seis primeiras colunas foram vistas; as quatro últimas são o futuro.
#
# - **Quadros futuros.** Repetir o último quadro tem erro de {{ film_last }}, mais que a média de todos os filmes ({{ film_mean_next }}): um dígito no lugar errado erra duas vezes, onde está e onde
#   deveria estar. A PCA com regressão tem {{ film_pca_next }}; a LSTM vai de {{ film_lstm_next.min }} a {{ film_lstm_next.max }} nas nossas {{ film_lstm_next.n }} execuções.
# - **Quadros vistos.** A LSTM vai de {{ film_lstm.min }} a {{ film_lstm.max }}; a PCA tem {{ film_pca }}, e o quadro médio, {{ film_still }}, com oito vezes mais números. A LSTM é melhor que a PCA em cada
#   execução, por menos de um décimo.
#
# A figura mostra o que o erro quadrático esconde. A posição está mais ou menos certa, mas **o dígito perdeu a identidade**: sem ver o original, não se sabe qual é. Com 32 números para seis
# quadros e este treino curto, o modelo aprendeu por onde o dígito anda, e não qual dígito é.
# %% [markdown] lang="en"
# ### Heartbeats: recurrent, dense or linear?
#
# Lesson 05 detects abnormal heartbeats by the reconstruction error of a dense autoencoder trained on normal beats only. A beat is a sequence of 140 values, so we can also use an LSTM. We compare three models with a code of **eight numbers**: PCA, a
# dense network (140–32–16–8–16–32–140) and an LSTM. In the data file each beat already has mean 0 and variance 1.
#
# All models are trained on normal beats only. The score of a test beat is its mean absolute error. The **positive** class is *abnormal*; the ROC area is the probability that a random abnormal beat has a larger error than a random normal one.
#
# We give the LSTM two forms of the same beat: 140 steps of one value, and 14 steps of **ten values**.
# %% [markdown] lang="pt-BR"
# ### Batimentos: recorrente, denso ou linear?
#
# A aula 05 detecta batimentos anormais pelo erro de reconstrução de um autoencoder denso treinado só com batimentos normais. Um batimento é uma sequência de 140 valores; podemos então usar também uma LSTM. Comparamos três modelos com um código de **oito
# números**: PCA, uma rede densa (140–32–16–8–16–32–140) e uma LSTM. No arquivo, cada batimento já tem média 0 e variância 1.
#
# Todos os modelos são treinados só com batimentos normais. O escore de um batimento de teste é o seu erro absoluto médio. A classe **positiva** é *anormal*; a área ROC é a probabilidade de um batimento anormal sorteado ter erro maior que um normal sorteado.
#
# Damos à LSTM duas formas do mesmo batimento: 140 passos de um valor e 14 passos de **dez valores**.
# %%
beats = data.ecg_anomalies.heartbeats()
print(beats.provenance)
order = np.random.default_rng(2026).permutation(len(beats.x))
part_train, part_val, part_test = np.split(order, [int(0.6 * len(order)), int(0.8 * len(order))])
beat_train, beat_val = (beats.x[p][beats.normal[p]] for p in (part_train, part_val))
beat_test, abnormal = beats.x[part_test], ~beats.normal[part_test]
print(beat_train.shape, beat_val.shape, beat_test.shape)


def build_beat_dense():
    """Dense autoencoder of 140 values with a code of 8."""
    # pt: """Autoencoder denso de 140 valores com um código de 8."""
    hidden = [layers.Dense(n, None if n == 8 else "relu") for n in (32, 16, 8, 16, 32)]
    return keras.Sequential([keras.Input((140,)), *hidden, layers.Dense(140)])


def build_beat_lstm(width, units=64):
    """LSTM autoencoder that reads `width` values per step, with a code of 8."""
    # pt: """Autoencoder LSTM que lê `width` valores por passo, com um código de 8."""
    steps, short = 140 // width, width > 4  # long sequences run in a loop
    # pt: sequências longas são processadas num laço
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
# - **Error on normal beats.** PCA has an error of {{ beat_pca }}. In our {{ beat_dense.n }} runs the dense network has {{ beat_dense.min }} to {{ beat_dense.max }}, lower than PCA in one run only, and the LSTM with ten values per step
#   {{ beat_pieces.min }} to {{ beat_pieces.max }}. The mean beat has {{ beat_mean }}. These beats come from one patient and are aligned, and a linear code describes them well.
# - **ROC area.** Dense {{ area_dense.min }} to {{ area_dense.max }}, LSTM {{ area_pieces.min }} to {{ area_pieces.max }}: the ranges overlap, so we cannot rank the two. Both are above PCA ({{ area_pca }}). A low error on
#   normal beats therefore does not guarantee the best detection. In the right-hand panel PCA also follows the fall at the end of an abnormal beat. The mean beat, without any code, already has {{ area_mean }}.
# - **One value per step.** After its few epochs the error is {{ beat_values.min }} to {{ beat_values.max }}, about that of the mean beat or worse. This training is too short for a conclusion. Each epoch takes several times longer, since
#   140 steps must be computed one after the other.
#
# For aligned sequences of fixed length, start with PCA and a dense network. This is a teaching example with one patient, not a medical device.
#
# ### Saving the parts
#
# The composite model of section 4 has three parts that can be used separately. With the encoder alone you can search for similar waves; with one decoder alone you can generate futures from codes. We save each part in its own file. With `safe_mode=True`, `load_model` refuses files that would
# run arbitrary code.
# %% [markdown] lang="pt-BR"
# - **Erro em batimentos normais.** A PCA tem erro de {{ beat_pca }}. Nas nossas {{ beat_dense.n }} execuções, a rede densa vai de {{ beat_dense.min }} a {{ beat_dense.max }}, abaixo da PCA em uma só execução, e a LSTM com dez valores por passo, de
#   {{ beat_pieces.min }} a {{ beat_pieces.max }}. O batimento médio tem {{ beat_mean }}. Os batimentos são de um só paciente e estão alinhados; um código linear os descreve bem.
# - **Área ROC.** Densa, de {{ area_dense.min }} a {{ area_dense.max }}; LSTM, de {{ area_pieces.min }} a {{ area_pieces.max }}: as faixas se sobrepõem e não permitem ordenar as duas. Ambas ficam acima da PCA ({{ area_pca }}). Um erro baixo
#   nos batimentos normais não garante, portanto, a melhor detecção. No quadro da direita, a PCA acompanha também a queda no fim de um batimento anormal. O batimento médio, sem nenhum código, já tem {{ area_mean }}.
# - **Um valor por passo.** Depois de poucas épocas, o erro vai de {{ beat_values.min }} a {{ beat_values.max }}, mais ou menos o do batimento médio ou pior. O treino é curto demais para uma conclusão. Cada época demora várias vezes mais, pois os
#   140 passos são calculados um depois do outro.
#
# Para sequências alinhadas de tamanho fixo, comece pela PCA e por uma rede densa. Este é um exemplo didático de um só paciente, não um dispositivo médico.
#
# ### Salvar as partes
#
# O modelo composto da seção 4 tem três partes que podem ser usadas separadamente. Só com o codificador, podemos procurar ondas parecidas; só com um decodificador, gerar futuros a partir de códigos. Salvamos cada parte em seu próprio arquivo. Com `safe_mode=True`, `load_model` recusa
# arquivos que executariam código arbitrário.
# %%
work = settings.run_folder()
print(settings.relative(work))
shared_encoder.save(work / "encoder.keras")
for name, part in two_decoders.items():
    part.save(work / f"decoder_{name}.keras")


# %% tags=["nbval-check-output"]
def load_and_evaluate(folder, head, past, target):
    """Mean squared error of the saved encoder with the saved decoder `head`."""
    # pt: """Erro quadrático médio do codificador salvo com o decodificador salvo `head`."""
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
# - Y. Chen e outros, *The UCR time series classification archive*, 2015; A. L. Goldberger e outros, *PhysioBank, PhysioToolkit, and PhysioNet*, Circulation 101, 2000. Batimentos.
#
# O autoencoder LSTM, a previsão de oito valores a partir de nove e o modelo composto seguem os slides "AutoEncoder" do Advanced Institute for Artificial Intelligence. A rede densa
# para batimentos tem camadas dos mesmos tamanhos que a da aula 05, mas o código e a saída são lineares.
#
# A seguir: a aula 08, autoencoders variacionais. Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
