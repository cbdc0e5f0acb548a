# %% [markdown] lang="en"
# # Anomaly detection in ECG: training on normal heartbeats only
#
# [Open in Colab]({{ colab }}) · Lesson 05 · reading: {{ reading_minutes }} min · running: {{ minutes.class }} min
# (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# Can a program find abnormal heartbeats if it has only ever seen normal ones? And how do you know that it does?
#
# **After this lesson you can**
#
# - train an autoencoder on normal heartbeats and use its reconstruction error as an anomaly score;
# - show *where* in a beat the error occurs, and read histograms, ROC and precision-recall curves;
# - choose a threshold by four rules on validation data, and say which class is the positive one;
# - recognise two traps: scaling with the extremes of other data, and choosing on the test set;
# - compare the network with PCA, the mean beat and a supervised classifier.
#
# **Prerequisites:** dense layers and training in Keras (lesson 02). PCA (lesson 01) helps.
#
# **You will need:** a computer with Python {{ python }}, or a free Colab account. No GPU, no files from other lessons.
#
# > **This is a teaching example, not a medical device.** It uses one old recording of one patient, with labels from a program. Do not use it to assess anyone's heart.
# %% [markdown] lang="pt-BR"
# # Detecção de anomalias em ECG: treino só com batimentos normais
#
# [Abrir no Colab]({{ colab }}) · Aula 05 · leitura: {{ reading_minutes }} min · execução: {{ minutes.class }} min
# (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# Um programa que só viu batimentos normais consegue encontrar os anormais? E como saber se ele consegue?
#
# **Ao final desta aula você saberá**
#
# - treinar um autoencoder com batimentos normais e usar o erro de reconstrução como medida de anomalia;
# - mostrar *onde*, no batimento, está o erro e ler histogramas, curvas ROC e curvas de precisão-revocação;
# - escolher um limiar por quatro regras, nos dados de validação, e dizer qual é a classe positiva;
# - reconhecer duas armadilhas: normalizar com os extremos de outros dados e fazer escolhas no conjunto de teste;
# - comparar a rede com a PCA, com o batimento médio e com um classificador supervisionado.
#
# **Pré-requisitos:** camadas densas e treino em Keras (aula 02). A PCA (aula 01) ajuda.
#
# **Você vai precisar de:** um computador com Python {{ python }}, ou uma conta gratuita no Colab. Não é preciso GPU nem arquivos de outras aulas.
#
# > **Este é um exemplo didático, não um dispositivo médico.** Ele usa uma gravação antiga de um único paciente, com rótulos dados por um programa. Não o use para avaliar o coração de ninguém.
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("05_ecg_anomalies")
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
import pandas as pd
import tensorflow as tf
from keras import layers
from sklearn import metrics
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from tqdm.keras import TqdmCallback

from utils import claims, data, explore, plot, settings, text
from utils.progress import tqdm

# %% [markdown] lang="en"
# ## 1. The data: 5,000 heartbeats of one patient
#
# An electrocardiogram (ECG) records the voltage that the beating heart causes on the skin. **ECG5000** comes from a long recording of one patient with severe heart failure (record chf07 of the
# BIDMC database, PhysioNet). The authors of the UCR archive cut it into single beats. They interpolated each beat to 140 values, so our time axis counts samples, not seconds.
#
# A program, not a physician, assigned each beat to one of five classes: normal, and four kinds of abnormal.
#
# Before building any model, look at the numbers.
# %% [markdown] lang="pt-BR"
# ## 1. Os dados: 5.000 batimentos de um paciente
#
# Um eletrocardiograma (ECG) registra a tensão que o coração produz na pele a cada batida. O **ECG5000** vem de uma longa gravação de um paciente com insuficiência cardíaca grave (registro chf07 da base BIDMC,
# PhysioNet). Os autores do acervo UCR a cortaram em batimentos e interpolaram cada um em 140 valores. Por isso, nosso eixo do tempo conta amostras, não segundos.
#
# Um programa, e não um médico, atribuiu a cada batimento uma de cinco classes: normal e quatro tipos de anormal.
#
# Antes de montar qualquer modelo, olhe os números.
# %%
heart = data.ecg_anomalies.heartbeats()
print(heart.provenance)
names = data.ecg_anomalies.kind_names()
pd.set_option("display.max_columns", 8, "display.precision", 2)
beats = pd.DataFrame(heart.x, columns=[f"t{i}" for i in range(heart.x.shape[1])])
KIND = "kind"  # pt: "tipo"
beats[KIND] = [names[kind] for kind in heart.kind]
beats.head()
# %%
beats.describe()
# %% [markdown] lang="en"
# `describe` summarises each column: how much the beats differ at each sample, and between which extremes. Near `t2`, for instance, most beats are well below zero. We need `min` and `max` again in section 2.
# Next we check the rows and count the classes.
# %% [markdown] lang="pt-BR"
# O `describe` resume cada coluna: quanto os batimentos variam em cada amostra e entre que extremos. Perto de `t2`, por exemplo, a maioria está bem abaixo de zero. Voltaremos a `min` e `max` na seção 2.
# Agora, conferimos as linhas e contamos as classes.
# %%
abnormal = ~heart.normal  # the positive class: what the alarm should find
# pt: a classe positiva: o que o alarme deve encontrar
counts = beats[KIND].value_counts()
per_kind = pd.DataFrame({"beats": counts, "share": (counts / len(beats)).map("{:.1%}".format)})
# pt: "fração"
row_mean, row_sd = np.abs(heart.x.mean(axis=1)).max(), heart.x.std(axis=1, ddof=1).mean()
print(f"rows: largest mean {row_mean:.1e}, mean standard deviation {row_sd:.3f}")
# pt: f"linhas: maior média {row_mean:.1e}, desvio padrão médio {row_sd:.3f}"
per_kind
# %% tags=["claims"]
claims.check(heart.source, beats=len(beats), share_abnormal=abnormal.mean())


# %% [markdown] lang="en"
# There are {{ beats }} beats. Of these, {{ share_abnormal }} are abnormal, a large share. The abnormal kinds have very different sizes. Each row has mean 0 and standard deviation 1.
# The *height* of a beat in millivolts was therefore lost before we started; only its shape is left.
#
# From here on **abnormal is the positive class**. An alarm means "abnormal", and a *true positive* is an abnormal beat with an alarm. State this whenever you report precision or recall. Section 8 shows a well-known tutorial that counts the other way round.
#
# What do the kinds look like?
# %% [markdown] lang="pt-BR"
# São {{ beats }} batimentos. Deles, {{ share_abnormal }} são anormais, uma fração alta. Os tipos anormais têm tamanhos bem diferentes. Cada linha tem média 0 e desvio padrão 1.
# Portanto, a *altura* do batimento em milivolts se perdeu antes de começarmos; resta só a forma.
#
# Daqui em diante, **anormal é a classe positiva**. Um alarme significa "anormal", e um *verdadeiro positivo* é um batimento anormal com alarme. Diga isso sempre que informar precisão ou revocação (sensibilidade). A seção 8 mostra um tutorial conhecido que conta ao contrário.
#
# Como são os tipos?
# %% cover=[0.4415, 0.17, 0.617, 0.805] built={"en": "a detector of abnormal heartbeats", "pt-BR": "um detector de batimentos anormais"}
def panels(count, height=3.4):
    """A row of empty panels for beats, sharing the vertical axis."""
    # pt: """Uma linha de painéis vazios para batimentos, com eixo vertical comum."""
    fig, axes = plt.subplots(1, count, figsize=(3.1 * count, height), sharey=True, squeeze=False)
    for ax in axes[0]:
        ax.set_xlabel("sample")  # pt: "amostra"
    return fig, axes[0]


present = [kind for kind in names if (heart.kind == kind).any()]
fig, axes = panels(len(present))
for ax, kind in zip(axes, sorted(present, key=lambda kind: kind != 1)):
    mine = heart.x[heart.kind == kind]
    ax.plot(mine[:15].T, color=plot.SKY if kind == 1 else plot.ORANGE, linewidth=0.7)
    ax.plot(mine.mean(axis=0), color=plot.BLUE if kind == 1 else plot.RED)
    ax.set_title(names[kind].replace(" ", "\n", 1), fontsize=14)
axes[0].set_ylabel("standard deviations")
plot.show(
    fig,
    alt="Fifteen beats of each kind and their mean. Normal beats have a peak near sample 100; abnormal ones lack it, end in a deep fall or vary widely.",
    # pt: "Quinze batimentos de cada tipo e sua média. Os normais têm um pico perto da amostra 100; os anormais não o têm, terminam em queda funda ou variam muito."
)
# %% [markdown] lang="en"
# Thin lines are single beats, thick lines are the means. Normal beats resemble each other: a deep deflection at the start and a clear wave near sample 100. Abnormal beats differ from the normal ones and also among themselves.
#
# We could train a classifier on both classes. But abnormal examples are often rare, and the next anomaly may be of a kind that nobody has recorded. Examples of normal operation are cheap for hearts, turbines and credit cards alike. So we learn **only what is normal** and treat everything else as suspicious:
#
# 1. Train an autoencoder on normal beats only.
# 2. It learns to compress and reconstruct *their* shape.
# 3. We expect an abnormal beat to be reconstructed badly.
# 4. The reconstruction error is the anomaly score. A large score raises an alarm.
#
# ## 2. Splits, scaling and two traps
#
# We reproduce a lecture ("Autoencoders - Parte 2", see the references), which follows a TensorFlow tutorial; we call it *the reference*. It sets aside 20% of the beats as the **test set**, with random state 21. We do the same and take a **validation set** from the rest. All our choices use validation data.
# %% [markdown] lang="pt-BR"
# As linhas finas são batimentos; as grossas, as médias. Os normais se parecem: uma deflexão funda no início e uma onda nítida perto da amostra 100. Os anormais diferem dos normais e também entre si.
#
# Poderíamos treinar um classificador com as duas classes. Mas exemplos anormais costumam ser raros, e a próxima anomalia pode ser de um tipo que ninguém registrou. Já exemplos de funcionamento normal são baratos, em corações, turbinas ou cartões de crédito. Por isso, aprendemos **só o que é normal** e tratamos o resto como suspeito:
#
# 1. Treine um autoencoder só com batimentos normais.
# 2. Ele aprende a comprimir e reconstruir a forma *deles*.
# 3. Esperamos que um batimento anormal seja mal reconstruído.
# 4. O erro de reconstrução é a medida de anomalia. Um erro grande dispara o alarme.
#
# ## 2. Divisão dos dados, escala e duas armadilhas
#
# Reproduzimos uma aula ("Autoencoders - Parte 2", veja as referências) que segue um tutorial do TensorFlow; vamos chamá-la de *referência*. Ela separa 20% dos batimentos como **conjunto de teste**, com estado aleatório 21. Fazemos o mesmo e tiramos do resto um **conjunto de validação**. Todas as nossas escolhas usam a validação.
# %%
rest, test = train_test_split(np.arange(len(heart.x)), test_size=0.2, random_state=21)
train, val = train_test_split(rest, test_size=0.2, random_state=21)
y_train, y_val, y_test = abnormal[train], abnormal[val], abnormal[test]
print(f"training {len(train)}, validation {len(val)}, test {len(test)} beats")
# pt: f"treino {len(train)}, validação {len(val)}, teste {len(test)} batimentos"


def scale(x, low, high):
    """Beats on a scale where `low` is 0 and `high` is 1."""
    # pt: """Batimentos numa escala em que `low` é 0 e `high` é 1."""
    return ((x - low) / (high - low)).astype("float32")


low, high = heart.x[train].min(), heart.x[train].max()  # training beats only
# pt: só batimentos de treino
x_train, x_val, x_test = (scale(heart.x[part], low, high) for part in (train, val, test))
x_normal, x_val_normal = x_train[~y_train], x_val[~y_val]
text.say(
    "normal beats: {} for training, {} for validation; test values from {:.2f} to {:.2f}",
    # pt: "batimentos normais: {} de treino, {} de validação; valores de teste de {:.2f} a {:.2f}"
    len(x_normal),
    len(x_val_normal),
    x_test.min(),
    x_test.max(),
)
# %% [markdown] lang="en"
# The extremes come from the training set. A new beat may fall outside [0, 1], as the extremes of the test set in the last line show. This is not an error.
#
# **Trap 1: the extremes of other data.** The reference scales its beats with the minimum and maximum *of another data set*, in a variable left over from an earlier section. Nothing crashes and the network trains. But the mean absolute error
# is measured in units of $\text{high} - \text{low}$, so its value can no longer be compared with anything. Below, **one and the same** error, a tenth of a standard deviation, is expressed on four scales:
# %% [markdown] lang="pt-BR"
# Os extremos vêm do conjunto de treino. Um batimento novo pode cair fora de [0, 1], como mostram os extremos do teste na última linha. Isso não é um erro.
#
# **Armadilha 1: os extremos de outros dados.** A referência normaliza seus batimentos com o mínimo e o máximo *de outro conjunto de dados*, numa variável que sobrou de uma seção anterior. Nada falha, e a rede treina. Mas o erro absoluto médio
# é medido em unidades de $\text{high} - \text{low}$ e, assim, deixa de ser comparável. Veja **um mesmo** erro, um décimo de desvio padrão, em quatro escalas:
# %%
rulers = {
    "training beats (ours)": heart.x[train],  # pt: "batimentos de treino (nossa)"
    "normal training beats": heart.x[train][~y_train],  # pt: "batimentos normais de treino"
    "first training beat": heart.x[train][:1],  # pt: "primeiro batimento de treino"
    "another set: pixels 0 … 255": np.array([0, 255]),  # pt: "outro conjunto: pixels 0 … 255"
}
widths = {name: float(x.max() - x.min()) for name, x in rulers.items()}
rows = [(name, text.number(w, ".2f"), text.number(0.1 / w, ".5f")) for name, w in widths.items()]
text.table(("extremes taken from", "width", "error of 0.1 sd reads"), rows, "One error on four scales")
# pt: "extremos tirados de", "largura", "erro de 0,1 dp vira", "Um erro em quatro escalas"
width = high - low


# %% [markdown] lang="en"
# We therefore report errors on our scale *and* in standard deviations of the beat, which do not depend on the scale. We do not expect to match the reference's errors to the last digit.
#
# **Trap 2: choosing on the test set.** The reference and many tutorials pass the test set as `validation_data`. If you then stop at the best epoch or keep the best settings, you have chosen on the test set, and its score is too optimistic. We use the test beats from section 8 on, and measure there how much this trap matters.
#
# ## 3. The reference network
#
# The layers have 140 → 32 → 16 → **8** → 16 → 32 → 140 units, with ReLU inside and a sigmoid at the output. The loss is the mean squared error (MSE). We also monitor the mean absolute error (MAE). `build` has arguments so that section 7 can change one thing at a time.
# %% [markdown] lang="pt-BR"
# Por isso, informamos os erros na nossa escala *e* em desvios padrão do batimento, que não dependem da escala. Não esperamos repetir os erros da referência até o último dígito.
#
# **Armadilha 2: fazer escolhas no conjunto de teste.** A referência e muitos tutoriais passam o teste em `validation_data`. Se você depois para na melhor época ou fica com as melhores configurações, escolheu no teste, e o resultado informado é otimista demais. Só usamos os batimentos de teste a partir da seção 8, que também mede o efeito dessa armadilha.
#
# ## 3. A rede de referência
#
# As camadas têm 140 → 32 → 16 → **8** → 16 → 32 → 140 unidades, com ReLU por dentro e sigmoide na saída. A função de custo é o erro quadrático médio (MSE). Acompanhamos também o erro absoluto médio (MAE). `build` tem argumentos para que a seção 7 possa mudar uma coisa por vez.
# %%
def build(sizes=(32, 16, 8), hidden="relu", code="relu", output="sigmoid", name="autoencoder"):
    """Encoder, decoder and autoencoder; the decoder mirrors the encoder's layer sizes."""
    # pt: """Codificador, decodificador e autoencoder; o decodificador espelha os tamanhos das camadas."""
    beat = h = keras.Input((140,), name="beat")
    for units in sizes[:-1]:
        h = layers.Dense(units, hidden)(h)
    encoder = keras.Model(beat, layers.Dense(sizes[-1], code, name="code")(h), name="encoder")
    z = h = keras.Input((sizes[-1],), name="z")
    for units in sizes[-2::-1]:
        h = layers.Dense(units, hidden)(h)
    x_hat = layers.Dense(140, output, name="x_hat")(h)
    decoder = keras.Model(z, x_hat, name="decoder")
    return encoder, decoder, keras.Model(beat, decoder(encoder(beat)), name=name)


keras.utils.set_random_seed(settings.seed())
encoder, decoder, autoencoder = build(name="reference")
plot.architecture(
    [encoder, decoder],
    title="dense autoencoder of beats",  # pt: "autoencoder denso de batimentos"
    alt="Bars for the layers: 140 values, 32, 16, a code of 8, 16, 32, 140 outputs, like an hourglass.",
    # pt: "Barras para as camadas: 140 valores, 32, 16, código de 8, 16, 32, 140 saídas, como uma ampulheta."
    inputs="beat",  # pt: "batimento"
)
# %% [markdown] lang="en"
# Training and validation both use normal beats only. The profile `full` follows the reference: Adam with a constant learning rate of `0.001` and batches of 512. The profile `class` saves time with smaller batches and a learning-rate schedule: the rate rises
# to a peak and then falls along a cosine. Lesson 02 explains `data.batches` and `jit_compile`.
# %% [markdown] lang="pt-BR"
# Treino e validação usam só batimentos normais. O perfil `full` segue a referência: Adam com taxa de aprendizado constante de `0.001` e lotes de 512. O perfil `class` ganha tempo com lotes menores e um cronograma da taxa de aprendizado: ela sobe
# até um pico e depois desce ao longo de um cosseno. A aula 02 explica `data.batches` e `jit_compile`.
# %%
GPU = bool(tf.config.list_physical_devices("GPU"))
# compiling only pays off in long trainings
# pt: compilar só compensa em treinos longos
XLA = settings.pick(quick=False, class_=not GPU, full=not GPU)


# True: load the networks that come with the course instead of training.
# pt: True: carrega as redes que acompanham o curso em vez de treinar.
PRETRAINED = False


# %%
def train_on(model, x, x_held_out, epochs, batch, peak, constant=False):
    """Fit `model` to reproduce its input; returns the history and the seconds."""
    # pt: """Ajusta `model` para reproduzir a entrada; devolve o histórico e os segundos."""
    steps = len(x) // batch
    rate = (
        peak
        if constant
        else keras.optimizers.schedules.CosineDecay(
            0.0, epochs * steps * 9 // 10, warmup_target=peak, warmup_steps=epochs * steps // 10
        )
    )
    adam = keras.optimizers.Adam(rate)
    model.compile(adam, "mse", metrics=["mae"], jit_compile=XLA, steps_per_execution=steps)
    start = time.perf_counter()
    if PRETRAINED and (history := data.weights.load(model)):
        return history, time.perf_counter() - start
    history = model.fit(
        data.batches(x, batch, seed=settings.seed()),
        validation_data=data.batches(x_held_out, len(x_held_out)),
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[TqdmCallback(epochs, verbose=0, tqdm_class=tqdm, file=sys.stdout)],
    )
    return history, time.perf_counter() - start


# %%
epochs = settings.pick(quick=25, class_=100, full=200)
batch = settings.pick(quick=32, class_=64, full=512)
history, seconds = train_on(
    autoencoder, x_normal, x_val_normal, epochs, batch,
    peak=settings.pick(quick=5e-3, class_=5e-3, full=1e-3),
    constant=settings.pick(quick=False, class_=False, full=True),
)  # fmt: skip
plot.history(
    {"MAE": history},
    metric="mae",
    ylabel="MAE (scale of section 2)",  # pt: "MAE (escala da seção 2)"
    alt="Training and validation error fall together, steeply at first, and level off close to each other.",
    # pt: "Os erros de treino e de validação caem juntos, depressa no início, e se estabilizam perto um do outro."
)


# %% [markdown] lang="en"
# Both curves fall together, so we see no overfitting. In the first epochs there is a plateau; section 7 explains its height. Now we compute the error on the normal validation beats.
# %% [markdown] lang="pt-BR"
# As duas curvas caem juntas, portanto não vemos sobreajuste (*overfitting*). Nas primeiras épocas há um patamar; a seção 7 explica sua altura. Agora, calculamos o erro nos batimentos normais de validação.
# %%
def beat_errors(x, x_hat):
    """Mean absolute error of each beat, shape (n,)."""
    # pt: """Erro absoluto médio de cada batimento, forma (n,)."""
    return np.abs(x - x_hat).mean(axis=1)


def network_errors(x):
    """Reconstruction error of each beat with the autoencoder."""
    # pt: """Erro de reconstrução de cada batimento com o autoencoder."""
    return beat_errors(x, autoencoder.predict_on_batch(x))


val_mae = float(network_errors(x_val_normal).mean())
text.say("MAE {:.4f}, or {:.3f} standard deviations of a beat", val_mae, val_mae * width)
# pt: "MAE {:.4f}, ou {:.3f} desvios padrão de um batimento"
# %% tags=["claims"]
claims.compare(
    heart.source,
    F8_params=autoencoder.count_params(),
    F8_mae=val_mae,
    F8_mae_sd=val_mae * width,
)


# %% [markdown] lang="en"
# The network has {{ F8_params }} parameters. It reconstructs a normal beat from eight numbers with a mean absolute error of {{ F8_mae }}, or {{ F8_mae_sd }} standard deviations. The reference reports {{ F8_mae.source }}. It uses another scale (trap 1) and 4,998 of the 5,000 beats, so only the order of magnitude can be compared.
#
# ## 4. Where the error occurs
#
# A mean hides where a model fails. We draw a beat and its reconstruction and **fill the area between them**. The mean height of this area is the error.
#
# **Predict before you run:** the network has never seen an abnormal beat. What will its output look like: noise, a flat line, or something else?
# %% [markdown] lang="pt-BR"
# A rede tem {{ F8_params }} parâmetros. Ela reconstrói um batimento normal a partir de oito números com erro absoluto médio de {{ F8_mae }}, ou {{ F8_mae_sd }} desvios padrão. A referência informa {{ F8_mae.source }}. Ela usa outra escala (armadilha 1) e 4.998 dos 5.000 batimentos; só a ordem de grandeza é comparável.
#
# ## 4. Onde está o erro
#
# Uma média esconde onde o modelo falha. Desenhamos um batimento e sua reconstrução e **preenchemos a área entre os dois**. A altura média dessa área é o erro.
#
# **Antes de executar, arrisque:** a rede nunca viu um batimento anormal. Como será a saída: ruído, uma reta ou outra coisa?
# %%
def error_area(ax, x, x_hat, title):
    """One beat, its reconstruction, and the area between them."""
    # pt: """Um batimento, sua reconstrução e a área entre os dois."""
    ax.fill_between(np.arange(len(x)), x, x_hat, color=plot.ORANGE, alpha=0.5, label="error")  # pt: "erro"
    ax.plot(x, color=plot.BLUE, linewidth=2, label="input")
    ax.plot(x_hat, "--", color=plot.RED, linewidth=2, label="output")
    ax.set_title(f"{title}\nMAE {text.number(np.abs(x - x_hat).mean(), '.3f')}", fontsize=14)


kinds_val = heart.kind[val]
unlike = [kind for kind in present if kind != 1 and (kinds_val == kind).any()]
first_of_kind = [np.flatnonzero(kinds_val == kind)[0] for kind in unlike]
others = [i for i in np.flatnonzero(y_val) if i not in first_of_kind]
chosen = np.array([*np.flatnonzero(~y_val)[:4], *[*first_of_kind, *others][:4]])
# %%
fig, axes = plt.subplots(2, 4, figsize=(13, 7.4), sharex=True, sharey=True)
for ax, i, x_hat in zip(axes.flat, chosen, autoencoder.predict_on_batch(x_val[chosen])):
    error_area(ax, x_val[i], x_hat, names[kinds_val[i]])
for ax in axes[1]:
    ax.set_xlabel("sample")  # pt: "amostra"
axes[0, 0].legend(frameon=False, fontsize=12)
plot.show(
    fig,
    alt="Four normal validation beats above, four abnormal ones below, with their reconstructions. The normal ones are followed closely; the areas between the curves are larger for the abnormal ones.",
    # pt: "Quatro batimentos normais de validação em cima e quatro anormais embaixo, com as reconstruções. Os normais são bem acompanhados; nos anormais, as áreas entre as curvas são maiores."
)


# %% [markdown] lang="en"
# The outputs for abnormal beats look like normal beats. In several of them the network adds the peak near sample 100 that it learned from normal beats, although the input has none. The filled area shows where a beat departs from what the network can draw. For a person who reads ECGs this says more than an alarm alone.
#
# ## 5. From the error to an alarm
#
# Each beat now has one number, its error. We compute it for all validation beats and compare the histograms of the two classes. The reference sets the **threshold** to
#
# $$\theta = \text{mean} + \text{standard deviation}\quad\text{of the errors of the normal training beats.}$$
#
# This rule needs no abnormal beat. **Predict:** what share of *normal* beats will be above it? (In a normal distribution, 16% of the values exceed the mean by more than one standard deviation.)
# %% [markdown] lang="pt-BR"
# As saídas para batimentos anormais parecem batimentos normais. Em várias, a rede acrescenta o pico perto da amostra 100 que aprendeu com os normais, embora a entrada não o tenha. A área mostra onde o batimento se afasta do que a rede sabe desenhar. Para quem lê ECGs, isso diz mais do que um alarme sozinho.
#
# ## 5. Do erro ao alarme
#
# Cada batimento tem agora um número: seu erro. Calculamos o erro de todos os batimentos de validação e comparamos os histogramas das duas classes. A referência põe o **limiar** em
#
# $$\theta = \text{média} + \text{desvio padrão}\quad\text{dos erros dos batimentos normais de treino.}$$
#
# Essa regra não precisa de nenhum batimento anormal. **Arrisque:** que fração dos *normais* ficará acima dela? (Numa distribuição normal, 16% dos valores passam da média em mais de um desvio padrão.)
# %%
def source_threshold(errors):
    """The reference's rule: mean plus standard deviation of the errors of normal training beats."""
    # pt: """A regra da referência: média mais desvio padrão dos erros dos batimentos normais de treino."""
    return float(errors.mean() + errors.std())


def histograms(ax, errors, positive, marks):
    """Errors of normal and abnormal beats, and thresholds as vertical lines."""
    # pt: """Erros de batimentos normais e anormais, e limiares como linhas verticais."""
    edges = np.linspace(0, np.quantile(errors, 0.98), 50)
    ax.hist(errors[~positive], edges, color=plot.BLUE, alpha=0.6, label="normal")
    ax.hist(errors[positive], edges, color=plot.RED, alpha=0.6, label="abnormal")
    ax.set(xlabel="error of the beat (MAE)", ylabel="beats")  # pt: "erro do batimento (MAE)"
    for (name, value), style in zip(marks.items(), ("-", "--", ":", "-.")):
        ax.axvline(value, color="black", linestyle=style, label=name)
    ax.legend(frameon=False)


# %%
errors_train, errors_val = network_errors(x_normal), network_errors(x_val)
threshold = source_threshold(errors_train)
fig, ax = plt.subplots(figsize=(10, 4.6))
histograms(ax, errors_val, y_val, {"mean + sd": threshold})
plot.show(
    fig,
    alt="Histograms of validation errors: a narrow one of normal beats at the left, a broad one of abnormal beats at the right, the threshold between them.",
    # pt: "Histogramas dos erros de validação: um estreito de normais à esquerda, um largo de anormais à direita, o limiar entre os dois."
)
above_normal, above_abnormal = ((errors_val[y] > threshold).mean() for y in (~y_val, y_val))
text.say(
    "threshold {:.4f}; above it: {:.1%} of the normal beats, {:.1%} of the abnormal ones",
    # pt: "limiar {:.4f}; acima dele: {:.1%} dos batimentos normais, {:.1%} dos anormais"
    threshold,
    above_normal,
    above_abnormal,
)
# %% tags=["claims"]
claims.compare(
    heart.source,
    F8_threshold=threshold,
    above_val=above_normal,
    above_abnormal=above_abnormal,
)


# %% [markdown] lang="en"
# The threshold is {{ F8_threshold }} (reference: {{ F8_threshold.source }}, on its own scale). Of the normal validation beats, {{ above_val }} are above it. These are **false alarms**. They are fewer than 16% because the long right tail of the errors increases the standard deviation. Of the abnormal beats, {{ above_abnormal }} are above the threshold.
# Where the histograms overlap, every threshold makes mistakes: moving it trades missed beats for false alarms.
#
# The decision is a single comparison. We choose its words carefully: the function says *suspicious*, not *ill*.
# %% [markdown] lang="pt-BR"
# O limiar é {{ F8_threshold }} (referência: {{ F8_threshold.source }}, na escala dela). Dos normais de validação, {{ above_val }} ficam acima. São os **falsos alarmes**. São menos que 16% porque a longa cauda direita dos erros aumenta o desvio padrão. Dos anormais, {{ above_abnormal }} ficam acima do limiar.
# Onde os histogramas se sobrepõem, todo limiar erra: movê-lo troca batimentos não detectados por falsos alarmes.
#
# A decisão é uma única comparação. Escolhemos as palavras com cuidado: a função diz *suspeito*, não *doente*.
# %%
def diagnose(x, threshold):
    """Which beats of `x` are suspicious: True where the error exceeds the threshold."""
    # pt: """Quais batimentos de `x` são suspeitos: True onde o erro passa do limiar."""
    return network_errors(x) > threshold


for i in chosen[3:]:
    suspicious = diagnose(x_val[i : i + 1], threshold)[0]
    error = text.number(errors_val[i], ".4f")
    print(
        f"{names[kinds_val[i]]:26} error {error}  {'SUSPICIOUS' if suspicious else 'normal'}"
    )  # pt: f"{names[kinds_val[i]]:26} erro {error}  {'SUSPEITO' if suspicious else 'normal'}"


# %% [markdown] lang="en"
# ## 6. Other thresholds
#
# Why one standard deviation and not two? The reference gives no reason. The following rules have one, and none uses the test set:
#
# - A **percentile** of the errors of the *normal validation beats*. The 95th aims at 5% of false alarms, the 99th at 1%. No abnormal beat is needed.
# - The **best F1** on the validation set, where F1 is the harmonic mean of precision and recall. This rule needs labelled abnormal beats.
#
# To see all thresholds at once, we draw two curves. The **ROC curve** shows the **recall** (share of abnormal beats found) against the **false-positive rate** (share of normal beats with a false alarm). The **precision-recall curve** shows the **precision** (share of alarms that are right) against the recall.
# %% [markdown] lang="pt-BR"
# ## 6. Outros limiares
#
# Por que um desvio padrão, e não dois? A referência não justifica. As regras seguintes têm justificativa, e nenhuma usa o conjunto de teste:
#
# - Um **percentil** dos erros dos *normais de validação*. O 95º mira 5% de falsos alarmes; o 99º, 1%. Não é preciso nenhum anormal.
# - O **melhor F1** na validação, em que F1 é a média harmônica de precisão e revocação. Essa regra exige batimentos anormais rotulados.
#
# Para ver todos os limiares de uma vez, desenhamos duas curvas. A **curva ROC** mostra a **revocação** (fração dos anormais encontrada) em função da **taxa de falsos positivos** (fração dos normais com falso alarme). A **curva de precisão-revocação** mostra a **precisão** (fração dos alarmes que estão certos) em função da revocação.
# %%
def best_f1_threshold(errors, positive):
    """The threshold with the largest F1 on these beats."""
    # pt: """O limiar de maior F1 nestes batimentos."""
    precision, recall, limits = metrics.precision_recall_curve(positive, errors)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    best = f1[:-1].argmax()  # alarm from limits[best] on: put the threshold just below
    # pt: alarme a partir de limits[best]: o limiar fica logo abaixo
    return float(np.nextafter(limits[best], -np.inf))


def curves(ax_roc, ax_pr, errors, positive, label, marks=()):
    """ROC and precision-recall curve of these errors; `marks` are thresholds to point at."""
    # pt: """Curvas ROC e de precisão-revocação destes erros; `marks` são limiares a marcar."""
    false_alarms, found, _ = metrics.roc_curve(positive, errors)
    precision, recall, _ = metrics.precision_recall_curve(positive, errors)
    ax_roc.plot(false_alarms, found, label=label)
    ax_pr.plot(recall, precision, label=label)
    for value, marker in zip(marks, "osD^"):
        alarm = errors > value
        ax_roc.plot(alarm[~positive].mean(), alarm[positive].mean(), marker, color="black", ms=9)
        ax_pr.plot(alarm[positive].mean(), positive[alarm].mean(), marker, color="black", ms=9)


# %%
thresholds = {
    "mean + sd": threshold,
    "95th percentile": float(np.quantile(errors_val[~y_val], 0.95)),  # pt: "percentil 95"
    "99th percentile": float(np.quantile(errors_val[~y_val], 0.99)),  # pt: "percentil 99"
    "best F1": best_f1_threshold(errors_val, y_val),
}
# %%
fig, axes = plt.subplots(1, 2, figsize=(12, 4.8))
curves(*axes, errors_val, y_val, "", marks=thresholds.values())
for name, marker in zip(thresholds, "osD^"):
    axes[1].plot([], [], marker, color="black", ms=9, label=name)
axes[1].legend(frameon=False, loc="lower left")
axes[0].set(xlabel="false alarms among normal", ylabel="found among abnormal")
axes[1].set(xlabel="recall", ylabel="precision", ylim=(0.5, 1.02))
plot.show(
    fig,
    alt="ROC curve close to the upper left corner and precision-recall curve close to the upper right, with the four thresholds as points near the bend.",
    # pt: "Curva ROC perto do canto superior esquerdo e de precisão-revocação perto do superior direito, com os quatro limiares como pontos perto da dobra."
)
# %% [markdown] lang="en"
# By construction the percentiles give 5% and 1% of false alarms on these beats. The reference's rule gives more false alarms and misses fewer beats. The 99th percentile has the fewest false alarms and the lowest recall. Only about five normal validation beats are above it, so this threshold varies a lot from run to run.
# If precision drops at small recall, a few normal beats have very large errors.
#
# The **area under the ROC curve** needs no threshold. It is the probability that a random abnormal beat has a larger error than a random normal one: 0.5 is guessing, 1 is perfect.
#
# ### Explore the threshold
#
# Move the threshold over the validation beats. First find the one with the highest accuracy. Then find the largest one that misses at most five abnormal beats. How many false alarms does each cause? When is a false alarm cheap, and when is it expensive?
# %% [markdown] lang="pt-BR"
# Por construção, os percentis dão 5% e 1% de falsos alarmes nestes batimentos. A regra da referência dá mais falsos alarmes e deixa passar menos anormais. O percentil 99 tem o menor número de falsos alarmes e a menor revocação. Só uns cinco normais de validação ficam acima dele; por isso, esse limiar varia muito entre execuções.
# Se a precisão cai quando a revocação é pequena, alguns normais têm erros muito grandes.
#
# A **área sob a curva ROC** dispensa limiar. É a probabilidade de um anormal sorteado ter erro maior que um normal sorteado: 0,5 equivale a chutar; 1 é perfeito.
#
# ### Explore o limiar
#
# Mova o limiar sobre os batimentos de validação. Encontre primeiro o de maior acurácia. Depois, o maior que deixa passar no máximo cinco anormais. Quantos falsos alarmes cada um causa? Quando um falso alarme é barato, e quando é caro?
# %%
explore.ecg_anomalies.threshold(errors_val, y_val, start=threshold)


# %% [markdown] lang="en"
# ## 7. Baselines: PCA, mean beat and classifier
#
# An autoencoder needs baselines. The simplest ignores its input and always returns the **mean normal beat**; the error is the distance to this mean. **PCA** with $k$ components, fitted to normal beats, is the best linear code in squared error (lesson 01). With $k = 0$ it is the mean beat. Both give an anomaly score in the same way.
#
# A score can average absolute deviations (MAE) or squared deviations (MSE). Squares give more weight to large deviations. We compute both for every model.
#
# **Predict:** the error of PCA on normal beats falls with each component. Does the *detection* also improve with each component?
# %% [markdown] lang="pt-BR"
# ## 7. Linhas de base: PCA, batimento médio e classificador
#
# Um autoencoder precisa de linhas de base (*baselines*). A mais simples ignora a entrada e devolve sempre o **batimento normal médio**; o erro é a distância até essa média. A **PCA** com $k$ componentes, ajustada aos normais, é o melhor código linear em erro quadrático (aula 01). Com $k = 0$, ela é o batimento médio. As duas dão uma medida de anomalia do mesmo jeito.
#
# A medida pode ser a média dos desvios absolutos (MAE) ou dos quadrados (MSE). Os quadrados dão mais peso aos desvios grandes. Calculamos as duas para todos os modelos.
#
# **Arrisque:** o erro da PCA nos normais cai a cada componente. A *detecção* também melhora a cada componente?
# %%
def squared_errors(x, x_hat):
    """Mean squared error of each beat, shape (n,)."""
    # pt: """Erro quadrático médio de cada batimento, forma (n,)."""
    return ((x - x_hat) ** 2).mean(axis=1)


def pca_rebuild(pca, x, k):
    """Beats reconstructed from their first `k` components; 0 gives the mean beat."""
    # pt: """Batimentos reconstruídos com seus primeiros `k` componentes; 0 dá o batimento médio."""
    basis = pca.components_[:k]
    return pca.mean_ + ((x - pca.mean_) @ basis.T) @ basis


pca = PCA(svd_solver="full").fit(x_normal)
ks = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96]
curve_mae, area_mae, area_mse = [], [], []
for k in ks:
    x_hat = pca_rebuild(pca, x_val, k)
    absolute = beat_errors(x_val, x_hat)
    curve_mae.append(absolute[~y_val].mean())
    area_mae.append(metrics.roc_auc_score(y_val, absolute))
    area_mse.append(metrics.roc_auc_score(y_val, squared_errors(x_val, x_hat)))
# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(12, 4.4))
left.plot(ks, curve_mae, "o-")
right.plot(ks, area_mae, "o-", label="MAE")
right.plot(ks, area_mse, "s--", label="MSE")
right.legend(frameon=False, loc="lower left")
for ax in (left, right):
    ax.set_xscale("symlog", linthresh=1, base=2)
    ax.set_xticks([0, 1, 2, 4, 8, 16, 32, 64], [0, 1, 2, 4, 8, 16, 32, 64])
left.set(xlabel="components k", ylabel="MAE, normal beats", ylim=0)  # pt: "MAE, normais"
right.set(xlabel="components k", ylabel="area under the ROC")  # pt: "área sob a ROC"
plot.show(
    fig,
    alt="Left, PCA's error falls with every component. Right, the area under the ROC curve changes little up to about 16 components, then falls steeply.",
    # pt: "À esquerda, o erro da PCA cai a cada componente. À direita, a área sob a ROC muda pouco até cerca de 16 componentes e depois cai muito."
)
# %% tags=["claims"]
claims.check(
    heart.source,
    mean_area=area_mae[0],
    pca2_area_mse=area_mse[ks.index(2)],
    pca8_mae=curve_mae[ks.index(8)],
    pca64_mae=curve_mae[ks.index(64)],
    pca64_area=area_mae[ks.index(64)],
)
# %% [markdown] lang="en"
# This is the most important picture of the lesson. Even the mean beat detects well, with a ROC area of {{ mean_area }} (MAE). Two components and the squared error reach {{ pca2_area_mse }}. With 64 components, normal beats are reconstructed much better ({{ pca64_mae }} against {{ pca8_mae }} with 8), but the area falls to {{ pca64_area }}. With 96 it is below 0.5.
#
# The reason is that **abnormal beats are now reconstructed well, too**. Good detection does not need a small error. It needs an error that is small *only* for normal beats.
#
# And the network? From eight numbers PCA has an error of {{ pca8_mae }} and the network {{ F8_mae }}. **PCA is clearly better**, with about an eighth of the parameters. The code shows one reason.
# %% [markdown] lang="pt-BR"
# Esta é a figura mais importante da aula. Até o batimento médio detecta bem, com área ROC de {{ mean_area }} (MAE). Dois componentes e o erro quadrático chegam a {{ pca2_area_mse }}. Com 64 componentes, os normais são reconstruídos muito melhor ({{ pca64_mae }} contra {{ pca8_mae }} com 8), mas a área cai para {{ pca64_area }}. Com 96, fica abaixo de 0,5.
#
# O motivo é que **os anormais também passam a ser bem reconstruídos**. Uma boa detecção não precisa de erro pequeno. Precisa de um erro que seja pequeno *só* nos normais.
#
# E a rede? Com oito números, o erro da PCA é {{ pca8_mae }}, e o da rede, {{ F8_mae }}. **A PCA é claramente melhor**, com cerca de um oitavo dos parâmetros. O código mostra um dos motivos.
# %%
z = encoder.predict_on_batch(x_normal)
awake = z.max(axis=0) > 0
fig, ax = plt.subplots(figsize=(9, 3.6))
ax.boxplot(z, whis=(0, 100), medianprops={"color": plot.RED, "linewidth": 2.5})
ax.set(xlabel="code unit", ylabel="value")  # pt: "valor"
plot.show(
    fig,
    alt="Range of the eight code units over normal beats. Dead units are flat lines at zero.",
    # pt: "Faixa das oito unidades do código nos batimentos normais. As unidades mortas são traços em zero."
)
text.say("active units: {} of {}", awake.sum(), len(awake))
# pt: "unidades ativas: {} de {}"
# %% tags=["claims"]
claims.check(heart.source, awake=awake.sum())
# %% [markdown] lang="en"
# In this run {{ awake }} of the eight code units are ever different from zero ({{ awake.mean }} on average over our runs). A ReLU unit that is negative for every beat has no gradient: it is a **dead unit** (lesson 02). So the reference network often works with a smaller code than it appears to have.
#
# What does the autoencoder need to beat PCA? We keep layer sizes and epochs and make two changes, one after the other:
#
# 1. **Centred beats.** We subtract the mean normal beat and divide by the mean standard deviation around it. On the scale of section 2, the first epochs only learn the mean beat: the plateau in section 3 has the height of $k = 0$ in the picture above. PCA subtracts the mean as well. Centred values can be negative, so the output becomes linear.
# 2. In addition, **GELU and a linear code**, which cannot die.
#
# **Predict:** which change matters more?
# %% [markdown] lang="pt-BR"
# Nesta execução, {{ awake }} das oito unidades do código chegam a ser diferentes de zero ({{ awake.mean }}, em média, nas nossas execuções). Uma unidade ReLU que é negativa em todo batimento não recebe gradiente: é uma **unidade morta** (aula 02). Assim, a rede de referência muitas vezes usa um código menor do que parece ter.
#
# De que o autoencoder precisa para superar a PCA? Mantemos os tamanhos das camadas e as épocas e fazemos duas mudanças, uma depois da outra:
#
# 1. **Batimentos centrados.** Subtraímos o batimento normal médio e dividimos pelo desvio padrão médio em torno dele. Na escala da seção 2, as primeiras épocas só aprendem o batimento médio: o patamar da seção 3 tem a altura de $k = 0$ na figura acima. A PCA também subtrai a média. Valores centrados podem ser negativos; por isso, a saída passa a ser linear.
# 2. Além disso, **GELU e código linear**, que não podem morrer.
#
# **Arrisque:** qual das mudanças pesa mais?
# %%
centre, spread = x_normal.mean(axis=0), x_normal.std(axis=0).mean()


def centred(x):
    """Beats minus the mean normal beat, in standard deviations around it."""
    # pt: """Batimentos menos o batimento normal médio, em desvios padrão em torno dele."""
    return ((x - centre) / spread).astype("float32")


rate = settings.pick(quick=5e-3, class_=5e-3, full=5e-3)
size = settings.pick(quick=32, class_=64, full=64)
keras.utils.set_random_seed(settings.seed())
step_encoder, _, step = build(output=None, name="centred")
_, seconds_step = train_on(step, centred(x_normal), centred(x_val_normal), epochs, size, rate)

keras.utils.set_random_seed(settings.seed())
_, _, better = build(hidden="gelu", code=None, output=None, name="linear_code")
_, seconds_better = train_on(better, centred(x_normal), centred(x_val_normal), epochs, size, rate)


# %% [markdown] lang="en"
# The last baseline is a supervised classifier. It also uses the labelled abnormal beats of the training set. A logistic regression on the 140 values is enough.
# %% [markdown] lang="pt-BR"
# A última linha de base é um classificador supervisionado. Ele usa também os batimentos anormais rotulados do treino. Basta uma regressão logística sobre os 140 valores.
# %%
def supervised(x):
    """Inputs of the classifier: the beats in standard deviations, as in the file."""
    # pt: """Entradas do classificador: os batimentos em desvios padrão, como no arquivo."""
    return x * width + low


start = time.perf_counter()
classifier = LogisticRegression(max_iter=2000).fit(supervised(x_train), y_train)
seconds_classifier = time.perf_counter() - start
# %%
rebuild = {
    "mean beat": lambda x: np.broadcast_to(centre, x.shape),
    "PCA, 2 numbers": lambda x: pca_rebuild(pca, x, 2),  # pt: "PCA, 2 números"
    "PCA, 8 numbers": lambda x: pca_rebuild(pca, x, 8),  # pt: "PCA, 8 números"
    "reference network": autoencoder.predict_on_batch,  # pt: "rede de referência"
    "+ centred beats": lambda x: centre + spread * step.predict_on_batch(centred(x)),
    # pt: "+ batimentos centrados"
    "+ GELU, linear code": lambda x: centre + spread * better.predict_on_batch(centred(x)),
    # pt: "+ GELU, código linear"
}


def all_errors(x):
    """Errors of the beats `x` for every model and both scores."""
    # pt: """Erros dos batimentos `x` para todos os modelos e as duas medidas."""
    found = {}
    for name, model in rebuild.items():
        x_hat = model(x)
        found[name, "MAE"], found[name, "MSE"] = beat_errors(x, x_hat), squared_errors(x, x_hat)
    return found


# %%
LABELS = "logistic regression, labels"  # pt: "regressão logística, rótulos"
found_val = all_errors(x_val)
areas_val = {key: metrics.roc_auc_score(y_val, errors) for key, errors in found_val.items()}
areas_val[LABELS] = metrics.roc_auc_score(y_val, classifier.decision_function(supervised(x_val)))
maes = [found_val[name, "MAE"][~y_val].mean() for name in rebuild]
network = autoencoder.count_params()
parameters = [140, 3 * 140, 9 * 140, network, network + 141, network + 141]
spent = [0, 0, 0, seconds, seconds_step, seconds_better]
rows = [
    (name, text.number(mae, ".4f"), *(text.number(areas_val[name, s], ".4f") for s in ("MAE", "MSE")),
     text.number(count, ",d"), text.number(took, ".1f"))
    for name, mae, count, took in zip(rebuild, maes, parameters, spent)
]  # fmt: skip
rows.append(
    (LABELS, "–", text.number(areas_val[LABELS], ".4f"), "–", "141", text.number(seconds_classifier, ".1f"))
)
text.table(
    ("model", "MAE, normal", "ROC area, MAE", "ROC area, MSE", "parameters", "s"), rows, "Validation set"
)
# pt: "MAE, normais", "área ROC, MAE", "área ROC, MSE", "Conjunto de validação"
awake_centred = (step_encoder.predict_on_batch(centred(x_normal)).max(axis=0) > 0).sum()
text.say("active units with centred beats: {}", awake_centred)
# pt: "unidades ativas com os batimentos centrados: {}"
# %% tags=["claims"]
claims.check(
    heart.source,
    awake_centred=awake_centred,
    centred_mae=maes[4],
    better_mae=maes[5],
)


# %% [markdown] lang="en"
# - **Error on normal beats.** Centring and the linear output reduce the network's error from {{ F8_mae }} to {{ centred_mae }}, close to PCA. Now {{ awake_centred }} code units are active. The dead units were a symptom; the scaling was a cause. With GELU and a linear code the error is {{ better_mae }}. Now the network is **better than PCA** ({{ pca8_mae }}) with the same eight numbers, and this holds in all our runs.
# - **Detection.** The ROC areas differ much less than the errors, and a better reconstruction need not detect better. PCA with eight numbers has about half the error of PCA with two, and a smaller ROC area with either score.
# - **With labels**, the logistic regression with 141 parameters has the largest area. If you have labelled examples of every kind that matters, use a classifier. The autoencoder is meant for the case where you do not.
#
# We keep all these candidates, with both scores, for the test.
# %% [markdown] lang="pt-BR"
# - **Erro nos normais.** Os batimentos centrados e a saída linear levam o erro da rede de {{ F8_mae }} a {{ centred_mae }}, perto da PCA. Agora, {{ awake_centred }} unidades do código estão ativas. As unidades mortas eram um sintoma; a escala era uma causa. Com GELU e código linear, o erro é {{ better_mae }}. Agora, a rede é **melhor que a PCA** ({{ pca8_mae }}) com os mesmos oito números, e isso vale em todas as nossas execuções.
# - **Detecção.** As áreas ROC diferem muito menos que os erros, e uma reconstrução melhor não garante detecção melhor. A PCA com oito números tem cerca de metade do erro da PCA com dois e área ROC menor com as duas medidas.
# - **Com rótulos**, a regressão logística de 141 parâmetros tem a maior área. Se você tem exemplos rotulados de todos os tipos que importam, use um classificador. O autoencoder serve para quando eles faltam.
#
# Levamos todos esses candidatos, com as duas medidas, para o teste.
# %% [markdown] lang="en"
# ## 8. The test
#
# All models and thresholds are fixed. Only now do we use the test beats. First, the reference network with its four thresholds. The last row falls into trap 2: its threshold is the best one *on the test set itself*.
#
# One more rate has a name: the **specificity** is the share of normal beats without an alarm, that is, 1 minus the false-positive rate.
# %% [markdown] lang="pt-BR"
# ## 8. O teste
#
# Todos os modelos e limiares estão fixados. Só agora usamos os batimentos de teste. Primeiro, a rede de referência com seus quatro limiares. A última linha cai na armadilha 2: seu limiar é o melhor *no próprio conjunto de teste*.
#
# Mais uma taxa tem nome: a **especificidade** é a fração dos normais sem alarme, ou seja, 1 menos a taxa de falsos positivos.
# %%
def scores(alarm, positive):
    """Accuracy, recall, precision and F1 of an alarm for the class `positive`."""
    # pt: """Acurácia, revocação, precisão e F1 de um alarme para a classe `positive`."""
    found = (alarm & positive).sum()
    recall, precision = found / positive.sum(), found / max(alarm.sum(), 1)
    f1 = 2 * found / (alarm.sum() + positive.sum())
    return tuple(float(v) for v in ((alarm == positive).mean(), recall, precision, f1))


errors_test = network_errors(x_test)
peeked = {"best F1 on the test (trap 2)": best_f1_threshold(errors_test, y_test)}
# pt: "melhor F1 no teste (armadilha 2)"
rows, f1_test = [], []
for name, value in (thresholds | peeked).items():
    silent = errors_test[~y_test] <= value
    accuracy, recall, precision, f1 = scores(errors_test > value, y_test)
    numbers = (text.number(v, ".3f") for v in (accuracy, recall, silent.mean(), precision, f1))
    rows.append((name, text.number(value, ".4f"), *numbers))
    f1_test.append(f1)
text.table(
    ("rule", "threshold", "accuracy", "recall", "specificity", "precision", "F1"),
    rows,
    "Test set, abnormal is positive",
    # pt: "regra", "limiar", "acurácia", "especificidade", "Conjunto de teste, anormal é positivo"
)
# %%
alarm = errors_test > threshold
accuracy, recall, precision, _ = scores(alarm, y_test)
_, recall_normal, precision_normal, _ = scores(~alarm, ~y_test)
text.say("abnormal is positive: recall {:.3f}, precision {:.3f}", recall, precision)
# pt: "anormal é positivo: revocação {:.3f}, precisão {:.3f}"
text.say("normal is positive: recall {:.3f}, precision {:.3f}", recall_normal, precision_normal)
# pt: "normal é positivo: revocação {:.3f}, precisão {:.3f}"
# %% tags=["claims"]
claims.compare(
    heart.source,
    F8_accuracy=accuracy,
    recall=recall,
    precision=precision,
    F8_precision_normal=precision_normal,
    F8_recall_normal=recall_normal,
)
# %% [markdown] lang="en"
# With the reference's threshold, {{ F8_accuracy }} of the decisions are right. The alarm finds {{ recall }} of the abnormal beats, and {{ precision }} of its alarms are right.
#
# **Which class is positive?** TensorFlow's tutorial on the same data reports an accuracy of {{ F8_accuracy.source }}, a precision of {{ F8_precision_normal.source }} and a recall of {{ F8_recall_normal.source }}. There, `True` means *normal*. Counted in that way our precision is {{ F8_precision_normal }} and our recall {{ F8_recall_normal }}.
# The recall of the normal class is our specificity. Comparing it with somebody's recall of abnormal beats would compare two different things.
#
# The next picture shows the counts, and the alarms for each kind of beat.
# %% [markdown] lang="pt-BR"
# Com o limiar da referência, {{ F8_accuracy }} das decisões estão certas. O alarme encontra {{ recall }} dos anormais, e {{ precision }} dos alarmes estão certos.
#
# **Qual é a classe positiva?** O tutorial do TensorFlow, com os mesmos dados, informa acurácia de {{ F8_accuracy.source }}, precisão de {{ F8_precision_normal.source }} e revocação de {{ F8_recall_normal.source }}. Nele, `True` significa *normal*. Contada assim, nossa precisão é {{ F8_precision_normal }}, e nossa revocação, {{ F8_recall_normal }}.
# A revocação da classe normal é a nossa especificidade. Compará-la com a revocação de anormais de outro trabalho seria comparar coisas diferentes.
#
# A próxima figura mostra as contagens e os alarmes por tipo de batimento.
# %%
matrix = metrics.confusion_matrix(y_test, alarm, labels=[True, False])
fig, (ax, ax_kind) = plt.subplots(1, 2, figsize=(13, 4.4), width_ratios=[1, 1.5])
ax.imshow(matrix / matrix.sum(axis=1, keepdims=True), cmap="Blues", vmin=0, vmax=1)
for (row, column), count in np.ndenumerate(matrix):
    ax.text(
        column, row, count, ha="center", va="center", fontsize=22, color="white" if row == column else "black"
    )
kinds_test = heart.kind[test]
kinds_there = [kind for kind in present if (kinds_test == kind).any()]
shares = [alarm[kinds_test == kind].mean() for kind in kinds_there]
ax_kind.barh(range(len(shares)), shares, color=[plot.BLUE if k == 1 else plot.RED for k in kinds_there])
ax_kind.set(xlim=(0, 1), yticks=range(len(shares)))
ax_kind.invert_yaxis()
ax.set(xticks=[0, 1], yticks=[0, 1])
ax_kind.set_yticklabels([f"{names[k]} ({(kinds_test == k).sum()})" for k in kinds_there])
ax.set(xticklabels=["alarm", "silence"], yticklabels=["abnormal", "normal"])  # pt: "alarme"
ax_kind.set_xlabel("share with alarm")  # pt: "fração com alarme"
plot.show(
    fig,
    alt="Confusion matrix, most counts on the diagonal; bars by kind: few normal beats and nearly all beats of each abnormal kind raise an alarm.",
    # pt: "Matriz de confusão, quase tudo na diagonal; barras por tipo: poucos normais e quase todos os de cada tipo anormal disparam o alarme."
)
# %% [markdown] lang="en"
# Read the matrix by rows: how many abnormal beats were found, and how many normal beats got no alarm. At the right, the number of test beats is in brackets. A kind with a handful of beats proves nothing.
#
# ### All candidates on the test set
#
# The ROC area needs no threshold, so we can compare all models with both scores. For the curves we take the better score of each model *on the validation set*.
# %% [markdown] lang="pt-BR"
# Leia a matriz por linhas: quantos anormais foram encontrados e quantos normais ficaram sem alarme. À direita, o número de batimentos de teste está entre parênteses. Um tipo com poucos batimentos não prova nada.
#
# ### Todos os candidatos no teste
#
# A área ROC dispensa limiar; assim, podemos comparar todos os modelos com as duas medidas. Para as curvas, usamos a melhor medida de cada modelo *na validação*.
# %%
found_test = all_errors(x_test)
areas_test = {key: metrics.roc_auc_score(y_test, errors) for key, errors in found_test.items()}
found_labels = classifier.decision_function(supervised(x_test))
labels_test = metrics.roc_auc_score(y_test, found_labels)
rows = [
    (name, *(text.number(areas_test[name, score], ".4f") for score in ("MAE", "MSE"))) for name in rebuild
]
rows.append((LABELS, text.number(labels_test, ".4f"), "–"))
text.table(("model", "ROC area, MAE", "ROC area, MSE"), rows, "Test set")
# pt: "área ROC, MAE", "área ROC, MSE", "Conjunto de teste"
# %%
fig, axes = plt.subplots(1, 2, figsize=(12, 5))
_, two_numbers, _, reference, _, last = rebuild
shown = {}
for name in (two_numbers, reference, last):
    score = max(("MAE", "MSE"), key=lambda score: areas_val[name, score])
    shown[f"{name}, {score}"] = found_test[name, score]
shown[LABELS] = found_labels
for name, errors in shown.items():
    area = metrics.average_precision_score(y_test, errors)
    curves(*axes, errors, y_test, text.number(metrics.roc_auc_score(y_test, errors), ".3f"))
    axes[1].get_lines()[-1].set_label(f"{name}: {text.number(area, '.3f')}")
axes[0].set(xlim=(-0.01, 0.4), ylim=(0.6, 1.01))
axes[1].set(xlim=(0.4, 1.01), ylim=(0.6, 1.01))
for ax in axes:
    ax.legend(frameon=False, loc="lower right" if ax is axes[0] else "lower left", fontsize=12)
axes[0].set(xlabel="false alarms among normal", ylabel="found among abnormal", title="ROC and its area")
# pt: "ROC e sua área"
axes[1].set(xlabel="recall", ylabel="precision", title="precision-recall and its area")
# pt: "precisão-revocação e sua área"
plot.show(
    fig,
    alt="Corners of the ROC and precision-recall curves on the test set for four models, with the areas in the legends; the classifier with labels is nearest to the corner.",
    # pt: "Cantos das curvas ROC e de precisão-revocação no teste para quatro modelos, com as áreas nas legendas; o classificador com rótulos fica mais perto do canto."
)
# %%
pca2_test = areas_test[two_numbers, "MSE"]
networks = [area for (name, _), area in areas_test.items() if name in list(rebuild)[3:]]
text.say("best network minus PCA with two components: {:.4f}", max(networks) - pca2_test)
# pt: "melhor rede menos PCA com duas componentes: {:.4f}"
# %% tags=["claims"]
claims.check(
    heart.source,
    roc_area=areas_test[reference, "MAE"],
    reference_area_mse=areas_test[reference, "MSE"],
    better_area_test=areas_test[last, "MAE"],
    better_area_mse_test=areas_test[last, "MSE"],
    pca2_area_test=areas_test[two_numbers, "MAE"],
    pca2_area_mse_test=pca2_test,
    lead=max(networks) - pca2_test,
    labels_area_test=labels_test,
)


# %% [markdown] lang="en"
# The axes show only the interesting corner. PCA with two numbers reaches {{ pca2_area_test }} with the MAE and {{ pca2_area_mse_test }} with the MSE. The reference network reaches {{ roc_area }} and {{ reference_area_mse }}, the network with GELU and a linear code {{ better_area_test }} and {{ better_area_mse_test }}.
# The best of the six network scores minus PCA with two numbers and the MSE gives {{ lead }} in this run and {{ lead.mean }} on average over our runs. We picked that best score on the test set, which favours the networks. Differences this small, on 1,000 beats of one patient, do not decide between network and PCA.
#
# The classifier with labels is ahead of all ({{ labels_area_test }}).
#
# ### How much does trap 2 matter?
#
# In the table above, the threshold chosen on the test set gains little. Our test set is large. Many studies have only a few dozen abnormal cases. We imitate them: we draw 30 abnormal and 41 normal test beats, choose model, score and threshold by their F1 *on these beats*, and report this F1. Then we apply the same choice to the other test beats. We repeat this with new draws.
# %% [markdown] lang="pt-BR"
# Os eixos mostram só o canto que interessa. A PCA com dois números chega a {{ pca2_area_test }} com o MAE e a {{ pca2_area_mse_test }} com o MSE. A rede de referência chega a {{ roc_area }} e {{ reference_area_mse }}; a rede com GELU e código linear, a {{ better_area_test }} e {{ better_area_mse_test }}.
# A melhor das seis medidas das redes menos a PCA com dois números e MSE dá {{ lead }} nesta execução e {{ lead.mean }} em média nas nossas execuções. Escolhemos essa melhor medida no próprio teste, o que favorece as redes. Diferenças tão pequenas, em 1.000 batimentos de um só paciente, não decidem entre rede e PCA.
#
# O classificador com rótulos supera todos ({{ labels_area_test }}).
#
# ### Quanto pesa a armadilha 2?
#
# Na tabela acima, o limiar escolhido no teste ganha pouco. Nosso conjunto de teste é grande. Muitos estudos têm só algumas dezenas de casos anormais. Vamos imitá-los: sorteamos 30 batimentos anormais e 41 normais do teste, escolhemos modelo, medida e limiar pelo F1 *nesses batimentos* e informamos esse F1. Depois, aplicamos a mesma escolha aos outros batimentos de teste. Repetimos com novos sorteios.
# %%
def choose_on(part, found, positive):
    """Largest F1 on the beats `part`, and the candidate and threshold that reach it."""
    # pt: """Maior F1 nos batimentos `part`, e o candidato e o limiar que o alcançam."""
    options = []
    for name, errors in found.items():
        limit = best_f1_threshold(errors[part], positive[part])
        options.append((scores(errors[part] > limit, positive[part])[3], name, limit))
    return max(options, key=lambda option: option[0])


rng = np.random.default_rng(settings.seed())
groups = [(np.flatnonzero(y_test), 30), (np.flatnonzero(~y_test), 41)]
reported, later = [], []
for _ in range(settings.pick(quick=20, class_=200, full=200)):
    part = np.concatenate([rng.choice(group, count, replace=False) for group, count in groups])
    other = np.setdiff1d(np.arange(len(y_test)), part)
    f1, name, limit = choose_on(part, found_test, y_test)
    reported.append(f1)
    later.append(scores(found_test[name][other] > limit, y_test[other])[3])
# %%
reported, later = np.array(reported), np.array(later)
edges = np.linspace(min(later.min(), reported.min()), 1, 30)
fig, ax = plt.subplots(figsize=(10, 4))
ax.hist(later, edges, color=plot.BLUE, alpha=0.6, label="on the other test beats")
# pt: "nos outros batimentos de teste"
ax.hist(reported, edges, color=plot.RED, alpha=0.6, label="reported: on the beats used to choose")
# pt: "informado: nos batimentos da escolha"
ax.set(xlabel="F1", ylabel="draws")  # pt: "sorteios"
ax.legend(frameon=False, loc="upper left")
plot.show(
    fig,
    alt="Histograms of F1 over the draws: the reported values are mostly larger than those on the other beats.",
    # pt: "Histogramas de F1 nos sorteios: os valores informados são quase sempre maiores que os obtidos nos outros batimentos."
)
text.say("mean F1: reported {:.3f}, on the other beats {:.3f}", reported.mean(), later.mean())
# pt: "F1 médio: informado {:.3f}, nos outros batimentos {:.3f}"
# %% tags=["claims"]
claims.check(
    heart.source,
    peek_gain=f1_test[-1] - f1_test[-2],
    small_reported=reported.mean(),
    small_later=later.mean(),
    small_over=(reported > later).mean(),
)


# %% [markdown] lang="en"
# With the whole test set, the peeked threshold gains {{ peek_gain }} in F1. With 30 abnormal beats, the reported F1 is {{ small_reported }} on average, but the same choices reach only {{ small_later }} on the other beats. In {{ small_over }} of the draws the report was too good. The smaller the test set and the more you choose from, the larger this bias becomes.
#
# ## 9. What these values do not say
#
# **Prevalence.** In our test set about two beats in five are abnormal. Recall and false-positive rate describe the alarm. *Precision* also depends on the **prevalence**, the share $p$ of abnormal beats. By Bayes' rule,
#
# $$\text{precision} = \frac{p \cdot \text{recall}}{p \cdot \text{recall} + (1 - p) \cdot \text{false-positive rate}}.$$
#
# **Predict:** what happens to a precision of {{ precision }} when one beat in a hundred is abnormal?
# %% [markdown] lang="pt-BR"
# Com o teste inteiro, o limiar espiado ganha {{ peek_gain }} em F1. Com 30 anormais, o F1 informado é {{ small_reported }}, em média, mas as mesmas escolhas só chegam a {{ small_later }} nos outros batimentos. Em {{ small_over }} dos sorteios, o valor informado era bom demais. Quanto menor o conjunto de teste e quanto maior o número de opções, maior é esse viés.
#
# ## 9. O que estes valores não dizem
#
# **Prevalência.** No nosso teste, cerca de dois batimentos em cada cinco são anormais. A revocação e a taxa de falsos positivos descrevem o alarme. A *precisão* depende também da **prevalência**, a fração $p$ de anormais. Pela regra de Bayes,
#
# $$\text{precisão} = \frac{p \cdot \text{revocação}}{p \cdot \text{revocação} + (1 - p) \cdot \text{taxa de falsos positivos}}.$$
#
# **Arrisque:** o que acontece com uma precisão de {{ precision }} quando um batimento em cem é anormal?
# %%
def precision_at(share, recall, false_alarms):
    """Precision of an alarm where `share` of the beats are abnormal (Bayes' rule)."""
    # pt: """Precisão de um alarme quando a fração `share` dos batimentos é anormal (regra de Bayes)."""
    right, wrong = share * recall, (1 - share) * false_alarms
    return right / (right + wrong)


rare = precision_at(0.01, recall, alarm[~y_test].mean())
text.say("precision if one beat in a hundred is abnormal: {:.1%}", rare)
# pt: "precisão se um batimento em cem for anormal: {:.1%}"
# %% tags=["claims"]
claims.check(heart.source, precision_rare=rare)
# %% [markdown] lang="en"
# The precision falls to {{ precision_rare }}: about nine in ten alarms would be false, although the alarm is the *same*. Never report a precision without the prevalence.
#
# **One patient.** Training and test beats come from one recording, and neighbouring beats may be in different sets. Another heart or another electrode has another "normal". A study would split by patient, as lesson 01 splits by person.
#
# **Labels.** A program assigned the labels. We measure how well the alarm agrees with that program, not with a cardiologist.
#
# So once more: **this is a teaching example, not a medical device.** Do not use it for anyone's diagnosis.
# %% [markdown] lang="pt-BR"
# A precisão cai para {{ precision_rare }}: cerca de nove em cada dez alarmes seriam falsos, embora o alarme seja o *mesmo*. Nunca informe a precisão sem a prevalência.
#
# **Um só paciente.** Os batimentos de treino e de teste vêm da mesma gravação, e batimentos vizinhos podem estar em conjuntos diferentes. Outro coração ou outro eletrodo tem outro "normal". Um estudo dividiria por paciente, como a aula 01 divide por pessoa.
#
# **Rótulos.** Um programa atribuiu os rótulos. Medimos a concordância do alarme com esse programa, não com um cardiologista.
#
# Portanto, de novo: **este é um exemplo didático, não um dispositivo médico.** Não o use para o diagnóstico de ninguém.
# %% [markdown] lang="en"
# ## Check yourself
#
# Answer first, then open.
#
# **1.** Two papers report reconstruction errors of 0.02 and 0.03 on the same beats. Which model is better?
#
# <details><summary>Answer</summary>You cannot tell until both say which extremes they used for scaling: the error is measured in units of that range. Ask for the error in standard deviations.</details>
#
# **2.** Why do we train without abnormal beats, although we have many with labels?
#
# <details><summary>Answer</summary>The autoencoder would learn to reconstruct them too, and their error would shrink. The method is meant for cases where abnormal examples are rare or unknown. If you have labels of every kind, use a classifier.</details>
#
# **3.** One alarm has "recall 99%, precision 90%", another "recall 90%, precision 99%". Could it be the same alarm?
#
# <details><summary>Answer</summary>Yes, nearly. With two classes of similar size, swapping the positive class can turn one pair into the other. Ask which class is positive before you compare.</details>
#
# **4.** You raise the threshold. What happens to recall, to specificity and to the area under the ROC curve?
#
# <details><summary>Answer</summary>Recall falls or stays the same. Specificity rises or stays the same. The area does not change: it belongs to the whole curve, and a threshold is one point on it.</details>
#
# **5.** You enlarge the code to 100 numbers, and your model reconstructs *every* beat almost perfectly. Why does detection get worse?
#
# <details><summary>Answer</summary>Abnormal beats now have small errors as well. Detection needs an error that is small for normal beats only.</details>
#
# **6.** A colleague tries ten models on a test set with 30 abnormal beats and reports the best F1. What is wrong?
#
# <details><summary>Answer</summary>The choice was made on the data of the report, so part of the F1 is luck. Choose on a validation set, then report the F1 on test data that played no part in the choice.</details>
# %% [markdown] lang="pt-BR"
# ## Teste-se
#
# Responda primeiro, abra depois.
#
# **1.** Dois artigos informam erros de reconstrução de 0,02 e 0,03 nos mesmos batimentos. Qual modelo é melhor?
#
# <details><summary>Resposta</summary>Não dá para saber até que os dois digam com que extremos normalizaram os dados: o erro é medido em unidades dessa faixa. Peça o erro em desvios padrão.</details>
#
# **2.** Por que treinamos sem batimentos anormais, se temos muitos com rótulo?
#
# <details><summary>Resposta</summary>O autoencoder aprenderia a reconstruí-los também, e o erro deles diminuiria. O método serve para casos em que exemplos anormais são raros ou desconhecidos. Se você tem rótulos de todos os tipos, use um classificador.</details>
#
# **3.** Um alarme tem "revocação 99%, precisão 90%"; outro, "revocação 90%, precisão 99%". Pode ser o mesmo alarme?
#
# <details><summary>Resposta</summary>Sim, quase. Com duas classes de tamanho parecido, trocar a classe positiva pode transformar um par no outro. Pergunte qual é a classe positiva antes de comparar.</details>
#
# **4.** Você aumenta o limiar. O que acontece com a revocação, com a especificidade e com a área sob a curva ROC?
#
# <details><summary>Resposta</summary>A revocação cai ou fica igual. A especificidade sobe ou fica igual. A área não muda: ela pertence à curva inteira, e um limiar é um ponto da curva.</details>
#
# **5.** Você aumenta o código para 100 números, e seu modelo reconstrói *todos* os batimentos quase com perfeição. Por que a detecção piora?
#
# <details><summary>Resposta</summary>Os anormais passam a ter erros pequenos também. A detecção precisa de um erro que seja pequeno só nos normais.</details>
#
# **6.** Um colega testa dez modelos num conjunto de teste com 30 anormais e informa o melhor F1. O que está errado?
#
# <details><summary>Resposta</summary>A escolha foi feita nos mesmos dados do resultado; parte do F1 é sorte. Escolha num conjunto de validação e informe o F1 em dados de teste que não participaram da escolha.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# The cell below each exercise checks your answer at once. `check.cost.hint()` (with the name of the check) gives a hint, and a clearer one the next time.
#
# ### Find the bug
#
# An assistant was asked for the precision and the recall of the alarm for abnormal beats, on the test set. The program runs, and its values look
# plausible. Correct it, and write into `noticed`, in one sentence, how you can tell that something is wrong.
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# A célula abaixo de cada exercício verifica a resposta na hora. `check.cost.hint()` (com o nome da verificação) dá uma dica, e uma mais clara na vez seguinte.
#
# ### Encontre o erro
#
# Pedimos a um assistente a precisão e a revocação do alarme de batimentos anormais, no conjunto de teste. O programa roda, e os valores parecem
# plausíveis. Corrija-o e escreva em `noticed`, em uma frase, como se percebe que algo está errado.
# %% exercise="bug" role="answer"
normal, quiet = ~y_test, errors_test <= threshold
found = {
    "precision": metrics.precision_score(normal, quiet),
    "recall": metrics.recall_score(normal, quiet),
}
print(found)
noticed = ""
### BEGIN SOLUTION
rings = errors_test > threshold
found = {"precision": metrics.precision_score(y_test, rings), "recall": rings[y_test].mean()}
noticed = (
    "The recall differs from that of the table in section 8: the program counts normal beats as positive."
    # pt: "A revocação difere da tabela da seção 8: o programa conta os batimentos normais como positivos."
)
### END SOLUTION
# %% exercise="bug" role="check"
from exercises import ecg_anomalies as check

check.find_bug(found, noticed, errors_test, y_test, threshold)
# check.find_bug.hint()
# %% [markdown] lang="en"
# ### Exercise 1: a threshold for unequal costs
#
# A missed abnormal beat costs ten times as much as a false alarm. Store in `threshold_cost` the threshold with the smallest total cost on the **validation** beats. Use the errors themselves as candidates. Before you run it: will this threshold be above or below that of the best F1?
# %% [markdown] lang="pt-BR"
# ### Exercício 1: um limiar para custos desiguais
#
# Deixar passar um batimento anormal custa dez vezes um falso alarme. Guarde em `threshold_cost` o limiar de menor custo total nos batimentos de **validação**. Use os próprios erros como candidatos. Antes de executar: esse limiar ficará acima ou abaixo do de melhor F1?
# %% exercise="1" role="answer"
threshold_cost = None
### BEGIN SOLUTION
costs = [10 * (errors_val[y_val] <= value).sum() + (errors_val[~y_val] > value).sum() for value in errors_val]
threshold_cost = float(errors_val[np.argmin(costs)])
### END SOLUTION
# %% exercise="1" role="check"
check.cost(threshold_cost, errors_val, y_val, errors_test)
# check.cost.hint()
if check.cost.done:
    fig, ax = plt.subplots(figsize=(10, 4.6))
    histograms(
        ax, errors_val, y_val, {"best F1": best_f1_threshold(errors_val, y_val), "least cost": threshold_cost}
    )
    # pt: "menor custo"
    plot.show(
        fig,
        alt="The histograms of section 5 with two thresholds: that of best F1 and that of least cost.",
        # pt: "Os histogramas da seção 5 com dois limiares: o de melhor F1 e o de menor custo."
    )
# %% [markdown] lang="en"
# ### Exercise 2: the largest deviation as a score
#
# The mean absolute error treats all samples alike, so a short, large deviation may disappear in the mean. Store in `peak_errors` the **largest** absolute deviation of each validation beat from its reconstruction by `autoencoder`. Is the area under the ROC curve larger or smaller than with the mean?
# %% [markdown] lang="pt-BR"
# ### Exercício 2: o maior desvio como medida
#
# O erro absoluto médio trata todas as amostras por igual, e um desvio curto e grande pode sumir na média. Guarde em `peak_errors` o **maior** desvio absoluto entre cada batimento de validação e sua reconstrução pelo `autoencoder`. A área sob a curva ROC fica maior ou menor que com a média?
# %% exercise="2" role="answer"
peak_errors = None
### BEGIN SOLUTION
peak_errors = np.abs(x_val - autoencoder.predict_on_batch(x_val)).max(axis=1)
### END SOLUTION
# %% exercise="2" role="check"
check.peaks(peak_errors, autoencoder, x_val)
# check.peaks.hint()
if check.peaks.done:
    print(
        f"{metrics.roc_auc_score(y_val, errors_val):.4f} -> {metrics.roc_auc_score(y_val, peak_errors):.4f}"
    )
# %% [markdown] lang="en"
# ### Exercise 3: abnormal beats in the training data
#
# In practice some "normal" training beats are mislabelled. Store in `x_mixed` all normal training beats, plus one abnormal training beat for every nine of them. Train a new network from `build()` on it, `mixed` (with `train_on`, as in section 3). What happens to the ROC area? Which *kind* of abnormal beat do you expect to be missed first, the frequent or the rare ones?
# %% [markdown] lang="pt-BR"
# ### Exercício 3: batimentos anormais no treino
#
# Na prática, alguns batimentos "normais" de treino têm rótulo errado. Junte em `x_mixed` todos os normais de treino e um anormal de treino para cada nove deles. Treine com eles uma rede nova de `build()`, `mixed` (com `train_on`, como na seção 3). O que acontece com a área ROC? Que *tipo* de anormal você espera perder primeiro, o frequente ou os raros?
# %% exercise="3" role="answer"
x_mixed = mixed = None
### BEGIN SOLUTION
x_mixed = np.concatenate([x_normal, x_train[y_train][: len(x_normal) // 9]])
keras.utils.set_random_seed(settings.seed())
_, _, mixed = build()
train_on(mixed, x_mixed, x_val_normal, epochs, batch, peak=5e-3)
### END SOLUTION
# %% exercise="3" role="check"
check.mixed(x_mixed, mixed, autoencoder, x_train, y_train)
# check.mixed.hint()
if check.mixed.done:
    errors_mixed = beat_errors(x_val, mixed.predict_on_batch(x_val))
    print(
        f"{metrics.roc_auc_score(y_val, errors_val):.4f} -> {metrics.roc_auc_score(y_val, errors_mixed):.4f}"
    )
# %% [markdown] lang="en"
# ## Summary
#
# - Train on normal beats only; the reconstruction error is the anomaly score. The filled area shows where a beat is unusual.
# - An error depends on the scale. Scale with the extremes of the training set and report standard deviations as well.
# - A threshold trades missed beats for false alarms. Choose it on validation data. With a small test set, choosing on the test inflates the result.
# - State the positive class and the prevalence. The recall of the negative class is the specificity.
# - PCA reconstructs normal beats better than the reference network. With centred beats, GELU and a linear code, the network reconstructs them better than PCA. For detection, PCA with two numbers and the squared error is a strong baseline. With labels, a classifier is best.
# - One patient and labels from a program: a teaching example, not a medical device.
#
# ## Going further
#
# ### Saving the alarm
#
# An alarm consists of encoder, decoder, the extremes of the scale and the threshold. We save them together: the models in the `.keras` format, the numbers in an npz file.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - Treine só com batimentos normais; o erro de reconstrução é a medida de anomalia. A área preenchida mostra onde o batimento é incomum.
# - Um erro depende da escala. Normalize com os extremos do conjunto de treino e informe também desvios padrão.
# - Um limiar troca batimentos não detectados por falsos alarmes. Escolha-o na validação. Com um teste pequeno, escolher no teste infla o resultado.
# - Informe a classe positiva e a prevalência. A revocação da classe negativa é a especificidade.
# - A PCA reconstrói os normais melhor que a rede de referência. Com batimentos centrados, GELU e código linear, a rede os reconstrói melhor que a PCA. Para a detecção, a PCA com dois números e erro quadrático é uma linha de base forte. Com rótulos, um classificador é o melhor.
# - Um paciente e rótulos de um programa: um exemplo didático, não um dispositivo médico.
#
# ## Para ir além
#
# ### Salvar o alarme
#
# Um alarme é formado por codificador, decodificador, extremos da escala e limiar. Salvamos tudo junto: os modelos no formato `.keras`, os números num arquivo npz.
# %%
work = settings.run_folder()
print(settings.relative(work))
encoder.save(work / "encoder.keras")
decoder.save(work / "decoder.keras")
np.savez(work / "alarm.npz", low=low, high=high, threshold=threshold)


def load_alarm(folder):
    """A function that maps recorded beats to True where they are suspicious, from the saved files."""
    # pt: """Função que leva batimentos gravados a True onde são suspeitos, a partir dos arquivos salvos."""
    first = keras.models.load_model(folder / "encoder.keras", safe_mode=True)
    second = keras.models.load_model(folder / "decoder.keras", safe_mode=True)
    with np.load(folder / "alarm.npz") as file:
        extremes, limit = (file["low"], file["high"]), float(file["threshold"])

    def alarm_of(recorded):
        x = scale(recorded, *extremes)
        return beat_errors(x, second.predict_on_batch(first.predict_on_batch(x))) > limit

    return alarm_of


# %% tags=["nbval-check-output"]
loaded = load_alarm(work)
print(np.array_equal(loaded(heart.x[val]), diagnose(x_val, threshold)))
# %% [markdown] lang="en"
# *True*: the loaded alarm takes the recorded beats and makes the same decision as the alarm in memory for every validation beat.
#
# ## References
#
# The network of section 3, its settings and the first threshold come from Eduardo Lobo Lustosa Cabral's lecture "Autoencoders - Parte 2", which follows the TensorFlow tutorial below.
#
# - Y. Chen, Y. Hao, T. Rakthanmanon, J. Zakaria, B. Hu, E. Keogh, *A general framework for never-ending learning from time series streams*, Data Mining and Knowledge Discovery 29, 2015 (ECG5000).
# - H. A. Dau et al., *The UCR time series archive*, IEEE/CAA Journal of Automatica Sinica 6, 2019.
# - A. L. Goldberger et al., *PhysioBank, PhysioToolkit, and PhysioNet*, Circulation 101, 2000; D. S. Baim et al., *Survival of patients with severe congestive heart failure treated with oral milrinone*, Journal of the American College of Cardiology 7, 1986 (BIDMC, record chf07).
# - TensorFlow, [*Intro to autoencoders*](https://www.tensorflow.org/tutorials/generative/autoencoder): the tutorial with the same data.
# - T. Saito, M. Rehmsmeier, *The precision-recall plot is more informative than the ROC plot when evaluating binary classifiers on imbalanced datasets*, PLoS ONE 10, 2015.
# - P. E. McSharry, G. D. Clifford, L. Tarassenko, L. A. Smith, *A dynamical model for generating synthetic electrocardiogram signals*, IEEE Transactions on Biomedical Engineering 50, 2003 (idea of the embedded beats).
#
# Next: lesson 06 applies autoencoders to music. Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# *True*: o alarme carregado recebe os batimentos gravados e toma a mesma decisão que o alarme em memória em todos os batimentos de validação.
#
# ## Referências
#
# A rede da seção 3, suas configurações e o primeiro limiar vêm da aula "Autoencoders - Parte 2", de Eduardo Lobo Lustosa Cabral, que segue o tutorial do TensorFlow abaixo.
#
# - Y. Chen, Y. Hao, T. Rakthanmanon, J. Zakaria, B. Hu, E. Keogh, *A general framework for never-ending learning from time series streams*, Data Mining and Knowledge Discovery 29, 2015 (ECG5000).
# - H. A. Dau et al., *The UCR time series archive*, IEEE/CAA Journal of Automatica Sinica 6, 2019.
# - A. L. Goldberger et al., *PhysioBank, PhysioToolkit, and PhysioNet*, Circulation 101, 2000; D. S. Baim et al., *Survival of patients with severe congestive heart failure treated with oral milrinone*, Journal of the American College of Cardiology 7, 1986 (BIDMC, registro chf07).
# - TensorFlow, [*Intro to autoencoders*](https://www.tensorflow.org/tutorials/generative/autoencoder): o tutorial com os mesmos dados.
# - T. Saito, M. Rehmsmeier, *The precision-recall plot is more informative than the ROC plot when evaluating binary classifiers on imbalanced datasets*, PLoS ONE 10, 2015.
# - P. E. McSharry, G. D. Clifford, L. Tarassenko, L. A. Smith, *A dynamical model for generating synthetic electrocardiogram signals*, IEEE Transactions on Biomedical Engineering 50, 2003 (ideia dos batimentos embutidos).
#
# A seguir: a aula 06 aplica autoencoders à música. Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
