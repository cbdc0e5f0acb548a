# %% [markdown] lang="en"
# # ECG anomalies: the alarm that knows only health
#
# [Open in Colab]({{ colab }}) · Lesson 05 · reading: {{ reading_minutes }} min · running: {{ minutes.class }} min
# (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# **After this lesson you can**
#
# - train an autoencoder on normal heartbeats only and turn its reconstruction error into an alarm;
# - draw *where* in a beat the error sits, and read histograms, ROC and precision-recall curves of an alarm;
# - choose a threshold by four rules, on validation beats, and say which class is the positive one;
# - recognise two traps that make figures look better than they are: foreign extremes, and a test set that leaks into monitoring;
# - judge the network against PCA, against a mean beat and against a classifier with labels, and tell a small error from a good alarm.
#
# **Prerequisites:** dense layers and training in Keras (lesson 02); PCA (lesson 01) helps.
#
# **You will need:** a computer with Python 3.11 or newer, or a free Colab. No GPU, no earlier lesson's files.
#
# > **A teaching example, no medical device.** One patient's old recording, labels given by a program: nothing here may be used to judge anybody's heart.
# %% [markdown] lang="pt-BR"
# # Anomalias no ECG: o alarme que só conhece a saúde
#
# [Abrir no Colab]({{ colab }}) · Aula 05 · leitura: {{ reading_minutes }} min · execução: {{ minutes.class }} min
# (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# **Ao final desta aula você saberá**
#
# - treinar um autoencoder só com batimentos normais e transformar seu erro de reconstrução num alarme;
# - desenhar *onde*, no batimento, está o erro, e ler histogramas, curvas ROC e de precisão-revocação de um alarme;
# - escolher um limiar por quatro regras, em batimentos de validação, e dizer qual classe é a positiva;
# - reconhecer duas armadilhas que embelezam os valores: extremos alheios e um conjunto de teste que vaza para o acompanhamento do treino;
# - julgar a rede diante da PCA, de um batimento médio e de um classificador com rótulos, e distinguir erro pequeno de bom alarme.
#
# **Pré-requisitos:** camadas densas e treino em Keras (aula 02); a PCA (aula 01) ajuda.
#
# **Você vai precisar de:** um computador com Python 3.11 ou mais novo, ou do Colab gratuito. Não é preciso GPU nem arquivos de outras aulas.
#
# > **Um exemplo didático, não um dispositivo médico.** Uma gravação antiga de um só paciente, com rótulos dados por um programa: nada aqui serve para julgar o coração de ninguém.
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("05_ecg_anomalies")
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
# ## 1. Five thousand beats of one heart
#
# An electrocardiogram (ECG) records the voltage that the beating heart leaves on the skin. **ECG5000** is a long recording of one patient with severe heart failure (record chf07 of the
# BIDMC database, PhysioNet), cut into single beats by the authors of the UCR archive. Each beat was stretched to 140 values, so our time axis counts samples, not seconds, and scaled to mean 0 and variance 1.
# A program, not a physician at the bedside, put each beat into one of five classes: normal, and four kinds of not normal.
#
# A table first. Before any model, look at the numbers.
# %% [markdown] lang="pt-BR"
# ## 1. Cinco mil batimentos de um coração
#
# Um eletrocardiograma (ECG) registra a tensão que o coração deixa na pele a cada batida. O **ECG5000** é uma longa gravação de um paciente com insuficiência cardíaca grave (registro chf07 da base BIDMC,
# PhysioNet), cortada em batimentos pelos autores do acervo UCR. Cada batimento foi esticado para 140 valores, de modo que nosso eixo do tempo conta amostras, não segundos, e posto em média 0 e variância 1.
# Um programa, e não um médico à beira do leito, pôs cada batimento numa de cinco classes: normal, e quatro jeitos de não ser normal.
#
# Primeiro, uma tabela. Antes de qualquer modelo, olhe os números.
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
# `describe` works down the columns: how much the beats differ at each moment, and between which extremes; near `t2`, for instance, almost all of them lie well below zero. `min` and `max` will matter in section 2.
# Now along the rows, and by class:
# %% [markdown] lang="pt-BR"
# O `describe` percorre as colunas: quanto os batimentos variam em cada instante, e entre que extremos; perto de `t2`, por exemplo, quase todos estão bem abaixo de zero. Os extremos `min` e `max` vão importar na seção 2.
# Agora por linhas e por classe:
# %%
abnormal = ~heart.normal  # the positive class: what the alarm is there to find
# pt: a classe positiva: o que o alarme existe para achar
counts = beats[KIND].value_counts()
per_kind = pd.DataFrame({"beats": counts, "share": (counts / len(beats)).map("{:.1%}".format)})
# pt: "fração"
claims.check(
    heart.source,
    beats=len(beats),
    share_abnormal=abnormal.mean(),
    row_mean=np.abs(heart.x.mean(axis=1)).max(),
    row_sd=heart.x.std(axis=1, ddof=1).mean(),
)
per_kind


# %% [markdown] lang="en"
# {{ beats }} beats, of which {{ share_abnormal }} are abnormal: far more than in any healthy ward, and unevenly spread over the kinds. The last two lines of the upper table check what we were told: each row has mean 0 and standard deviation 1. So
# the *height* of the heartbeat, in millivolts, is gone before we begin; only its shape is left.
#
# From here on **abnormal is the positive class**: an alarm means "abnormal", a *true positive* is an abnormal beat that raised it. Write this down whenever you report recall or precision; section 8 shows a well-known tutorial that counts the other way round.
#
# What do the kinds look like?
# %% [markdown] lang="pt-BR"
# São {{ beats }} batimentos, dos quais {{ share_abnormal }} anormais: muito mais do que em qualquer enfermaria saudável, e mal repartidos entre os tipos. As duas últimas linhas da tabela de cima conferem o que nos contaram: cada linha tem média 0 e desvio padrão 1. Logo,
# a *altura* do batimento, em milivolts, perdeu-se antes de começarmos; resta a forma.
#
# Daqui em diante **anormal é a classe positiva**: alarme quer dizer "anormal", e *verdadeiro positivo* é um batimento anormal que o disparou. Anote isso sempre que informar revocação (sensibilidade) ou precisão; a seção 8 mostra um tutorial conhecido que conta ao contrário.
#
# Que cara têm os tipos?
# %%
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
    alt="Fifteen beats of each kind and their mean: normal ones lie close together, abnormal ones end in a fall or scatter widely.",
    # pt: "Quinze batimentos de cada tipo e sua média: os normais ficam juntos; os anormais terminam em queda ou se espalham."
)
# %% [markdown] lang="en"
# Thin lines are single beats, the thick one is the mean of their kind. Normal beats resemble each other: the deep main deflection, a shallow dip, a clear late wave. The abnormal ones disagree with the normal ones *and with each other*.
#
# That asymmetry is the idea of the lesson. One could train a classifier on both classes. But an alarm is needed most against what nobody has seen yet, and in most trades (heartbeats, turbines, credit cards) examples of
# health come for nothing while examples of each disease are rare. So we learn **only what normal looks like** and call everything else suspicious:
#
# 1. train an autoencoder on normal beats alone;
# 2. it learns to squeeze and rebuild *their* shape;
# 3. an abnormal beat does not fit through that bottleneck, and comes out wrong;
# 4. the error is the alarm.
#
# ## 2. Parts and scale, and two traps
#
# The source that we reproduce (a lecture, "Autoencoders, part 2", which follows TensorFlow's tutorial) sets aside 20 % of the beats with the random state 21. We do the same, and cut a **validation** part from the rest; everything that we choose we choose there.
# %% [markdown] lang="pt-BR"
# As linhas finas são batimentos; a grossa, a média do tipo. Os normais se parecem: a deflexão principal funda, um leve vale, uma onda tardia nítida. Os anormais discordam dos normais *e uns dos outros*.
#
# Essa assimetria é a ideia da aula. Poderíamos treinar um classificador com as duas classes. Mas um alarme faz mais falta contra aquilo que ninguém viu ainda e, em quase todo ofício (corações, turbinas, cartões de crédito), exemplos
# de saúde vêm de graça, e exemplos de cada doença são raros. Por isso aprendemos **só a cara do normal** e chamamos de suspeito todo o resto:
#
# 1. treine um autoencoder só com batimentos normais;
# 2. ele aprende a apertar e refazer a forma *deles*;
# 3. um batimento anormal não passa por esse gargalo e sai errado;
# 4. o erro é o alarme.
#
# ## 2. Partes e escala, e duas armadilhas
#
# A fonte que reproduzimos (uma aula, "Autoencoders, parte 2", que segue o tutorial do TensorFlow) separa 20 % dos batimentos com o estado aleatório 21. Fazemos o mesmo e tiramos do resto uma parte de **validação**; tudo o que escolhemos, escolhemos ali.
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


low, high = heart.x[train].min(), heart.x[train].max()  # training beats, nothing else
# pt: batimentos de treino, e só
x_train, x_val, x_test = (scale(heart.x[part], low, high) for part in (train, val, test))
x_normal, x_val_normal = x_train[~y_train], x_val[~y_val]
print(f"normal: {len(x_normal)} + {len(x_val_normal)}; {x_test.min():.2f} … {x_test.max():.2f}")
# %% [markdown] lang="en"
# The extremes come from the training part. A new beat may well fall outside [0, 1] (the last line shows the test part's extremes); that is no fault, it is news.
#
# **Trap 1: foreign extremes.** The source scales its beats with the minimum and maximum *of another data set's array*, a variable left over from an earlier section. Nothing crashes. The network trains, the figures look fine, and they mean nothing: the mean absolute error
# is measured in units of $\text{high} - \text{low}$. Here is what **one and the same** reconstruction error, a tenth of a standard deviation, is called with different rulers:
# %% [markdown] lang="pt-BR"
# Os extremos vêm da parte de treino. Um batimento novo pode muito bem cair fora de [0, 1] (a última linha mostra os extremos do teste); isso não é defeito, é notícia.
#
# **Armadilha 1: extremos alheios.** A fonte põe seus batimentos em escala com o mínimo e o máximo *do vetor de outro conjunto de dados*, uma variável que sobrou de uma seção anterior. Nada quebra. A rede treina, os valores parecem bons e nada significam: o erro absoluto médio
# é medido em unidades de $\text{high} - \text{low}$. Veja que nome recebe **um mesmo** erro de reconstrução, um décimo de desvio padrão, com réguas diferentes:
# %%
rulers = {
    "training beats (ours)": heart.x[train],  # pt: "batimentos de treino (nossa)"
    "normal training beats": heart.x[train][~y_train],  # pt: "batimentos normais de treino"
    "first training beat": heart.x[train][:1],  # pt: "primeiro batimento de treino"
    "another set: pixels 0 … 255": np.array([0, 255]),  # pt: "outro conjunto: pixels 0 … 255"
}
widths = {name: float(x.max() - x.min()) for name, x in rulers.items()}
rows = [(name, text.number(w, ".2f"), text.number(0.1 / w, ".5f")) for name, w in widths.items()]
text.table(("extremes taken from", "width", "error of 0.1 sd reads"), rows, "One error, four rulers")
# pt: "extremos tirados de", "largura", "erro de 0,1 dp vira", "Um erro, quatro réguas"
width = high - low


# %% [markdown] lang="en"
# The same beat, the same mistake, four figures. Therefore we quote errors on our scale *and* in standard deviations of the beat, which no choice of ruler can change, and we do not expect the source's figures to the last digit.
#
# **Trap 2: the test set in the monitoring.** The source and many tutorials pass the test part as `validation_data`. Who then stops at the best epoch, or keeps the settings that look best, has chosen on the test set, and goes on to report that very set. Our test beats lie untouched until section 8,
# and a test of this course fails if a cell before that uses them.
#
# ## 3. The network of the source
#
# 140 → 32 → 16 → **8** → 16 → 32 → 140, relu inside, a sigmoid at the end. Squared error as the loss, the mean absolute error (MAE) to read. `build` is written so that section 7 can change one thing at a time.
# %% [markdown] lang="pt-BR"
# O mesmo batimento, o mesmo engano, quatro valores. Por isso informamos os erros na nossa escala *e* em desvios padrão do batimento, que régua nenhuma altera, e não esperamos os valores da fonte até o último dígito.
#
# **Armadilha 2: o teste no acompanhamento.** A fonte e muitos tutoriais passam a parte de teste em `validation_data`. Quem depois para na melhor época, ou fica com os ajustes mais bonitos, escolheu no conjunto de teste, e é esse mesmo conjunto que informa em seguida. Nossos batimentos de teste ficam intactos até a seção 8,
# e um teste deste curso falha se uma célula anterior os usar.
#
# ## 3. A rede da fonte
#
# 140 → 32 → 16 → **8** → 16 → 32 → 140, relu por dentro, sigmoide no fim. Erro quadrático como função de custo, erro absoluto médio (MAE) para ler. `build` está escrita de modo que a seção 7 possa mudar uma coisa por vez.
# %%
def build(sizes=(32, 16, 8), hidden="relu", code="relu", output="sigmoid"):
    """Encoder, decoder and autoencoder; the decoder mirrors the encoder's layer sizes."""
    # pt: """Codificador, decodificador e autoencoder; o decodificador espelha os tamanhos das camadas."""
    beat = h = keras.Input((heart.x.shape[1],), name="beat")
    for units in sizes[:-1]:
        h = layers.Dense(units, hidden)(h)
    encoder = keras.Model(beat, layers.Dense(sizes[-1], code, name="code")(h), name="encoder")
    z = h = keras.Input((sizes[-1],), name="z")
    for units in sizes[-2::-1]:
        h = layers.Dense(units, hidden)(h)
    x_hat = layers.Dense(heart.x.shape[1], output, name="x_hat")(h)
    decoder = keras.Model(z, x_hat, name="decoder")
    return encoder, decoder, keras.Model(beat, decoder(encoder(beat)), name="autoencoder")


keras.utils.set_random_seed(settings.seed())
encoder, decoder, autoencoder = build()
plot.architecture(
    [encoder, decoder],
    title="dense autoencoder of beats",  # pt: "autoencoder denso de batimentos"
    alt="Bars for the layers: 140 values, 32, 16, a code of 8, 16, 32, 140 outputs: an hourglass.",
    # pt: "Barras para as camadas: 140 valores, 32, 16, código de 8, 16, 32, 140 saídas: uma ampulheta."
    inputs="beat",  # pt: "batimento"
)
# %% [markdown] lang="en"
# The training sees normal beats only, and is watched on normal validation beats only. `full` is the source's recipe (Adam at a constant `0.001`, batches of 512); `class` reaches its error sooner with smaller batches and a learning rate that climbs
# to a peak and comes down along a cosine. `data.batches` and `jit_compile` are explained in lesson 02.
# %% [markdown] lang="pt-BR"
# O treino só vê batimentos normais e só é acompanhado em batimentos normais de validação. O perfil `full` é a receita da fonte (Adam com `0,001` constante, lotes de 512); o `class` chega ao mesmo erro mais cedo, com lotes menores e uma taxa de aprendizado que sobe
# até um pico e desce por um cosseno. `data.batches` e `jit_compile` são explicados na aula 02.
# %%
GPU = bool(tf.config.list_physical_devices("GPU"))
# compiling pays off in long trainings
# pt: compilar só compensa em treinos longos
XLA = settings.pick(quick=False, class_=not GPU, full=not GPU)


# %%
def train_on(model, x, x_held_out, epochs, batch, peak, constant=False):
    """Fit `model` to give back its input; returns the history and the seconds."""
    # pt: """Ajusta `model` para devolver a entrada; dá o histórico e os segundos."""
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
    # pt: "Os erros de treino e de validação caem juntos, depressa no início, e estacionam um perto do outro."
)


# %% [markdown] lang="en"
# Both curves fall together: the network has not memorised single beats. In the first epochs they rest on a shelf; section 7 will recognise its height. Let us put a figure on it, on normal validation beats:
# %% [markdown] lang="pt-BR"
# As duas curvas caem juntas: a rede não decorou batimentos. Nas primeiras épocas, descansam num patamar; a seção 7 reconhecerá a sua altura. Ponhamos um número nisso, em batimentos normais de validação:
# %%
def beat_errors(x, x_hat):
    """Mean absolute error of each beat, shape (n,)."""
    # pt: """Erro absoluto médio de cada batimento, forma (n,)."""
    return np.abs(x - x_hat).mean(axis=1)


def network_errors(x):
    """Error of each beat after a passage through the autoencoder."""
    # pt: """Erro de cada batimento depois de passar pelo autoencoder."""
    return beat_errors(x, autoencoder.predict_on_batch(x))


val_mae = float(network_errors(x_val_normal).mean())
claims.check(
    heart.source,
    F8_params=autoencoder.count_params(),
    F8_mae=val_mae,
    F8_mae_sd=val_mae * width,
)


# %% [markdown] lang="en"
# {{ F8_params }} parameters rebuild a normal beat from eight numbers with a mean error of {{ F8_mae }}, or {{ F8_mae_sd }} standard deviations. The source reports {{ F8_mae.source }}; its ruler is another one (trap 1) and so are its beats (4,998 of the 5,000), so the two figures
# agree in size and cannot agree in digits.
#
# ## 4. Where the error sits
#
# A mean hides where a model fails. Draw original and reconstruction and **fill the area between them**: the mean height of that area is the error.
#
# **Predict before you run:** the network has never seen an abnormal beat. What will it draw when it gets one: noise, a flat line, or something else?
# %% [markdown] lang="pt-BR"
# {{ F8_params }} parâmetros refazem um batimento normal, a partir de oito números, com erro médio de {{ F8_mae }}, ou {{ F8_mae_sd }} desvios padrão. A fonte informa {{ F8_mae.source }}; a régua dela é outra (armadilha 1), e os batimentos também (4.998 dos 5.000): os dois valores
# concordam em tamanho e não podem concordar nos dígitos.
#
# ## 4. Onde está o erro
#
# Uma média esconde onde o modelo falha. Desenhe o original e a reconstrução e **preencha a área entre os dois**: a altura média dessa área é o erro.
#
# **Antes de executar, arrisque:** a rede nunca viu um batimento anormal. O que vai desenhar ao receber um: ruído, uma reta ou outra coisa?
# %%
def error_area(ax, x, x_hat, title):
    """One beat, its reconstruction, and the area between them."""
    # pt: """Um batimento, sua reconstrução e a área entre os dois."""
    ax.fill_between(np.arange(len(x)), x, x_hat, color=plot.ORANGE, alpha=0.5, label="error")  # pt: "erro"
    ax.plot(x, color=plot.BLUE, linewidth=2, label="input")
    ax.plot(x_hat, "--", color=plot.RED, linewidth=2, label="output")
    ax.set_title(f"{title}\nMAE {text.number(np.abs(x - x_hat).mean(), '.3f')}", fontsize=14)


kinds_val = heart.kind[val]
chosen = [np.flatnonzero(kinds_val == kind)[0] for kind in present if (kinds_val == kind).any()]
fig, axes = panels(len(chosen), height=4)
for ax, i, x_hat in zip(axes, chosen, autoencoder.predict_on_batch(x_val[chosen])):
    error_area(ax, x_val[i], x_hat, names[kinds_val[i]].replace(" ", "\n", 1))
axes[0].legend(frameon=False, fontsize=12)
plot.show(
    fig,
    alt="One validation beat of each kind: the normal one is rebuilt closely, the abnormal ones come out as something else with large filled areas.",
    # pt: "Um batimento de validação de cada tipo: o normal é bem refeito; os anormais saem como outra coisa, com grandes áreas preenchidas."
)


# %% [markdown] lang="en"
# The network answers with the nearest thing it can draw, and it can draw only (mixtures of) normal beats. The filled area is largest exactly where the beat departs from health: that is worth more to a reader of ECGs than a bare alarm.
#
# ## 5. From error to alarm
#
# One number for each beat, its error. Compute it for all validation beats, normal and abnormal, and look at the two histograms. The source's rule puts the **threshold** at
#
# $$\theta = \text{mean} + \text{standard deviation}\quad\text{of the errors of the normal training beats.}$$
#
# No abnormal beat is needed to compute it. **Predict:** what share of *normal* beats will lie above it? (For a bell curve, one standard deviation above the mean leaves 16 % to the right.)
# %% [markdown] lang="pt-BR"
# A rede responde com o que sabe desenhar de mais parecido, e só sabe desenhar (misturas de) batimentos normais. A área é maior justamente onde o batimento se afasta da saúde: para quem lê ECGs, isso vale mais que um alarme seco.
#
# ## 5. Do erro ao alarme
#
# Um número por batimento: seu erro. Calcule-o para todos os batimentos de validação, normais e anormais, e olhe os dois histogramas. A regra da fonte põe o **limiar** em
#
# $$\theta = \text{média} + \text{desvio padrão}\quad\text{dos erros dos batimentos normais de treino.}$$
#
# Nenhum batimento anormal é preciso para calculá-lo. **Arrisque:** que fração dos batimentos *normais* ficará acima? (Numa curva em forma de sino, um desvio padrão acima da média deixa 16 % à direita.)
# %%
def source_threshold(errors):
    """The source's rule: mean plus standard deviation of the errors of normal training beats."""
    # pt: """A regra da fonte: média mais desvio padrão dos erros dos batimentos normais de treino."""
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
    alt="Histograms of validation errors: a narrow hill of normal beats at the left, a broad one of abnormal beats at the right, the threshold between them.",
    # pt: "Histogramas dos erros de validação: um morro estreito de normais à esquerda, um largo de anormais à direita, o limiar entre os dois."
)
claims.check(
    heart.source,
    F8_threshold=threshold,
    above_train=(errors_train > threshold).mean(),
    above_val=(errors_val[~y_val] > threshold).mean(),
    above_abnormal=(errors_val[y_val] > threshold).mean(),
)


# %% [markdown] lang="en"
# The threshold is {{ F8_threshold }} (source: {{ F8_threshold.source }}, on its own scale). {{ above_train }} of the normal training beats and {{ above_val }} of the normal validation beats lie above it, fewer than under a bell curve, since the hill has a long tail to the right that stretches the standard deviation. Those are **false alarms**. Of the abnormal beats, {{ above_abnormal }} lie above it. Where the hills
# overlap, no threshold is right: moving it only trades one mistake for the other.
#
# The diagnosis itself is one comparison. It is also the place to be careful with words: the function says *suspicious*, not *ill*.
# %% [markdown] lang="pt-BR"
# O limiar é {{ F8_threshold }} (fonte: {{ F8_threshold.source }}, na escala dela). {{ above_train }} dos batimentos normais de treino e {{ above_val }} dos normais de validação ficam acima, menos do que numa curva em sino, pois o morro tem uma cauda longa à direita que estica o desvio padrão. São os **falsos alarmes**. Dos anormais, {{ above_abnormal }} ficam acima. Onde os morros
# se sobrepõem, nenhum limiar acerta: movê-lo só troca um erro pelo outro.
#
# O diagnóstico em si é uma comparação. É também o lugar de medir as palavras: a função diz *suspeito*, não *doente*.
# %%
def diagnose(x, threshold):
    """Which beats of `x` are suspicious: True where the error exceeds the threshold."""
    # pt: """Quais batimentos de `x` são suspeitos: True onde o erro passa do limiar."""
    return network_errors(x) > threshold


for i in chosen:
    suspicious = diagnose(x_val[i : i + 1], threshold)[0]
    print(
        f"{names[kinds_val[i]]:26} error {errors_val[i]:.4f}  {'SUSPICIOUS' if suspicious else 'normal'}"
    )  # pt: f"{names[kinds_val[i]]:26} erro {errors_val[i]:.4f}  {'SUSPEITO' if suspicious else 'normal'}"


# %% [markdown] lang="en"
# ## 6. Other thresholds
#
# Why one standard deviation, and not two? The source does not say. Here are rules with a reason, all computed **without the test part**:
#
# - a **percentile** of the errors of *normal validation beats*: the 95th promises about 5 % of false alarms, the 99th about 1 %. No abnormal beat needed;
# - the **best F1** on the validation part: the threshold that maximises the harmonic mean of precision and recall. This one needs labelled abnormal beats, and knows their kinds.
#
# First the whole range at once. A **ROC curve** shows, for every threshold, the share of abnormal beats found against the share of normal beats that raise a false alarm. A **precision-recall curve** shows how many of the alarms are right against how many abnormal beats are found.
# %% [markdown] lang="pt-BR"
# ## 6. Outros limiares
#
# Por que um desvio padrão, e não dois? A fonte não diz. Eis regras com motivo, todas calculadas **sem a parte de teste**:
#
# - um **percentil** dos erros dos *normais de validação*: o 95º promete cerca de 5 % de falsos alarmes; o 99º, cerca de 1 %. Nenhum anormal é preciso;
# - o **melhor F1** na validação: o limiar que maximiza a média harmônica de precisão e revocação. Este pede anormais rotulados, e conhece seus tipos.
#
# Primeiro, a faixa toda de uma vez. A **curva ROC** mostra, para cada limiar, a fração de anormais achados contra a fração de normais que dão falso alarme. A **curva de precisão-revocação** mostra quantos dos alarmes estão certos contra quantos anormais são achados.
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
    # pt: """Curvas ROC e de precisão-revocação destes erros; `marks` são limiares a apontar."""
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
    # pt: "Curva ROC perto do canto superior esquerdo e precisão-revocação perto do superior direito, com os quatro limiares como pontos junto à dobra."
)
# %% [markdown] lang="en"
# By construction the percentiles stand at 5 % and 1 % of false alarms. The source's rule is the generous one: more false alarms, fewer misses. The best F1 sits where the curves bend. The strictest rule pays for its silence with recall. The **area under the ROC curve** sums up the curve in one number that needs no threshold: the probability that a random abnormal beat has a larger error than a random normal one. 0.5 is guessing, 1 is perfect.
#
# ### Explore
#
# Move the threshold over the validation beats. Find the place with the most correct answers; then the place where no more than five abnormal beats are missed. What does each cost? For whom is a false alarm cheap, for whom is it dear?
# %% [markdown] lang="pt-BR"
# Por construção, os percentis ficam em 5 % e 1 % de falsos alarmes. A regra da fonte é a generosa: mais falsos alarmes, menos faltas. O melhor F1 fica onde as curvas dobram. A regra mais severa paga o silêncio com revocação. A **área sob a curva ROC** resume a curva num número que dispensa limiar: a probabilidade de um anormal ao acaso ter erro maior que um normal ao acaso. 0,5 é chutar; 1 é perfeito.
#
# ### Explore
#
# Mova o limiar sobre os batimentos de validação. Ache o lugar com mais acertos; depois, o lugar em que não mais que cinco anormais escapam. Quanto custa cada um? Para quem um falso alarme é barato, para quem é caro?
# %%
explore.ecg_anomalies.threshold(errors_val, y_val, start=threshold)


# %% [markdown] lang="en"
# ## 7. Rivals: what is the network worth?
#
# Never praise an autoencoder without its baselines. The simplest keeps nothing of a beat: it answers with the **mean normal beat**, and its error is the distance to it. **PCA** with $k$ components of the normal beats is the best linear code (lesson 01); with $k = 0$ it is the mean beat. Both can give an alarm in the same way.
#
# **Predict:** the error of PCA on normal beats falls with every component. Does the *alarm* get better with every component, too?
# %% [markdown] lang="pt-BR"
# ## 7. Rivais: quanto vale a rede?
#
# Nunca elogie um autoencoder sem as linhas de base. A mais simples nada guarda do batimento: responde com o **batimento normal médio**, e seu erro é a distância até ele. A **PCA** com $k$ componentes dos batimentos normais é o melhor código linear (aula 01); com $k = 0$, é o batimento médio. As duas dão alarme do mesmo jeito.
#
# **Arrisque:** o erro da PCA em batimentos normais cai a cada componente. O *alarme* também melhora a cada componente?
# %%
def pca_rebuild(pca, x, k):
    """Beats rebuilt from their first `k` components; 0 gives the mean beat."""
    # pt: """Batimentos refeitos com seus primeiros `k` componentes; 0 dá o batimento médio."""
    basis = pca.components_[:k]
    return pca.mean_ + ((x - pca.mean_) @ basis.T) @ basis


pca = PCA(svd_solver="full").fit(x_normal)
ks = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96]
curve_mae, area_mae, area_mse = [], [], []
for k in ks:
    gap = x_val - pca_rebuild(pca, x_val, k)
    curve_mae.append(np.abs(gap[~y_val]).mean())
    area_mae.append(metrics.roc_auc_score(y_val, np.abs(gap).mean(axis=1)))
    area_mse.append(metrics.roc_auc_score(y_val, (gap**2).mean(axis=1)))
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
    alt="Left, PCA's error falls with every component. Right, the area under the ROC curve rises for a few components, then falls steeply.",
    # pt: "À esquerda, o erro da PCA cai a cada componente. À direita, a área sob a ROC sobe com poucos componentes e depois despenca."
)
claims.check(
    heart.source,
    mean_area=area_mae[0],
    pca2_area=area_mae[ks.index(2)],
    pca2_area_mse=area_mse[ks.index(2)],
    pca8_mae=curve_mae[ks.index(8)],
    pca8_area=area_mae[ks.index(8)],
    pca64_mae=curve_mae[ks.index(64)],
    pca64_area=area_mae[ks.index(64)],
    pca96_area=area_mae[ks.index(96)],
)
# %% [markdown] lang="en"
# The most important figure of this lesson. Even the mean beat is a decent alarm ({{ mean_area }}). Two components raise the area to {{ pca2_area }}, and to {{ pca2_area_mse }} if the *squared* error counts, which listens to the few large deviations. But with 64 components, where normal beats are rebuilt best ({{ pca64_mae }} against {{ pca8_mae }} with 8), the area is down to {{ pca64_area }}, and with 96 to {{ pca96_area }}, where abnormal beats are rebuilt *better* than normal ones:
# **they fit through the bottleneck as well.** A good alarm does not need a good reconstruction, it needs a *selective* one.
#
# And the network? With the same eight numbers PCA's error is {{ pca8_mae }}, the network's {{ F8_mae }}: **PCA is clearly ahead**, with an eighth of the parameters and no training. Why? Look into the code.
# %% [markdown] lang="pt-BR"
# A figura mais importante desta aula. Até o batimento médio dá um alarme decente ({{ mean_area }}). Dois componentes levam a área a {{ pca2_area }}, e a {{ pca2_area_mse }} se contar o erro *quadrático*, que escuta os poucos desvios grandes. Mas com 64 componentes, quando os normais são mais bem refeitos ({{ pca64_mae }} contra {{ pca8_mae }} com 8), a área cai para {{ pca64_area }} e, com 96, para {{ pca96_area }}, quando os anormais saem *melhores* que os normais:
# **eles também passam pelo gargalo.** Um bom alarme não precisa de boa reconstrução; precisa de uma *seletiva*.
#
# E a rede? Com os mesmos oito números, o erro da PCA é {{ pca8_mae }}, e o da rede, {{ F8_mae }}: **a PCA está claramente à frente**, com um oitavo dos parâmetros e sem treino. Por quê? Olhe dentro do código.
# %%
z = encoder.predict_on_batch(x_normal)
awake = z.max(axis=0) > 0
fig, ax = plt.subplots(figsize=(9, 3.6))
ax.boxplot(z, whis=(0, 100), medianprops={"color": plot.RED, "linewidth": 2.5})
ax.set(xlabel="code unit", ylabel="value")  # pt: "valor"
plot.show(
    fig,
    alt="Range of the eight code units over normal beats: some vary widely, the others stay at zero for every beat.",
    # pt: "Faixa das oito unidades do código nos batimentos normais: algumas variam muito; as outras ficam em zero para todos."
)
claims.check(heart.source, awake=awake.sum())
# %% [markdown] lang="en"
# Only {{ awake }} of the eight code units ever leave zero ({{ awake.mean }} on average over our seeds). A relu unit that is negative for every beat has no gradient and never wakes up again (lesson 02 met one). The network of the source is in truth a network with a smaller code.
#
# So let us ask what an autoencoder needs in order to win, one change at a time, with the same layer sizes and the same epochs:
#
# 1. **centred beats**: minus the mean normal beat, over the mean standard deviation around it. On the scale of section 2 normal beats differ by a small part of the range, and the first epochs go by in learning the mean beat (compare the shelf in section 3 with the left end of the curve above). PCA gets the same favour: it takes the mean off, too. Centred values are negative as often as positive, so the output must be linear;
# 2. in addition **gelu and a linear code**: nothing can fall asleep.
#
# **Predict:** which of the two does more?
# %% [markdown] lang="pt-BR"
# Só {{ awake }} das oito unidades saem alguma vez do zero ({{ awake.mean }}, em média, nas nossas sementes). Uma unidade relu que é negativa para todo batimento não tem gradiente e não acorda mais (a aula 02 encontrou uma). A rede da fonte é, na verdade, uma rede de código menor.
#
# Perguntemos então do que um autoencoder precisa para vencer, uma mudança por vez, com os mesmos tamanhos de camada e as mesmas épocas:
#
# 1. **batimentos centrados**: menos o batimento normal médio, sobre o desvio padrão médio em torno dele. Na escala da seção 2, os normais diferem por uma pequena parte da faixa, e as primeiras épocas se vão aprendendo o batimento médio (compare o patamar da seção 3 com a ponta esquerda da curva acima). A PCA tem o mesmo favor: também tira a média. Valores centrados são ora negativos, ora positivos; logo, a saída tem de ser linear;
# 2. além disso, **gelu e código linear**: nada pode adormecer.
#
# **Arrisque:** qual das duas faz mais?
# %%
centre, spread = x_normal.mean(axis=0), x_normal.std(axis=0).mean()


def centred(x):
    """Beats minus the mean normal beat, in standard deviations around it."""
    # pt: """Batimentos menos o batimento normal médio, em desvios padrão em torno dele."""
    return ((x - centre) / spread).astype("float32")


rate = settings.pick(quick=5e-3, class_=5e-3, full=5e-3)
size = settings.pick(quick=32, class_=64, full=64)
keras.utils.set_random_seed(settings.seed())
step_encoder, _, step = build(output=None)
_, seconds_step = train_on(step, centred(x_normal), centred(x_val_normal), epochs, size, rate)

keras.utils.set_random_seed(settings.seed())
_, _, better = build(hidden="gelu", code=None, output=None)
_, seconds_better = train_on(better, centred(x_normal), centred(x_val_normal), epochs, size, rate)


# %% [markdown] lang="en"
# One more rival, for fairness: with labels for *both* classes in the training part one would simply train a classifier. A logistic regression on the 140 values will do.
# %% [markdown] lang="pt-BR"
# Mais um rival, por justiça: com rótulos das *duas* classes na parte de treino, treinaríamos simplesmente um classificador. Uma regressão logística sobre os 140 valores basta.
# %%
def supervised(x):
    """Inputs of the classifier: the beats in standard deviations, as in the file."""
    # pt: """Entradas do classificador: os batimentos em desvios padrão, como no arquivo."""
    return x * width + low


# %%
start = time.perf_counter()
classifier = LogisticRegression(max_iter=2000).fit(supervised(x_train), y_train)
seconds_classifier = time.perf_counter() - start
rebuild = {
    "mean beat": lambda x: np.broadcast_to(centre, x.shape),
    "PCA, 8 numbers": lambda x: pca_rebuild(pca, x, 8),  # pt: "PCA, 8 números"
    "network of the source": autoencoder.predict_on_batch,  # pt: "rede da fonte"
    "+ centred beats": lambda x: centre + spread * step.predict_on_batch(centred(x)),
    # pt: "+ batimentos centrados"
    "+ gelu, linear code": lambda x: centre + spread * better.predict_on_batch(centred(x)),
    # pt: "+ gelu, código linear"
}
alarms = {name: lambda x, f=f: beat_errors(x, f(x)) for name, f in rebuild.items()}
alarms |= {
    "logistic regression, labels": lambda x: classifier.decision_function(supervised(x)),
    # pt: "regressão logística, rótulos"
}
# %%
maes = [alarms[name](x_val_normal).mean() for name in rebuild]
areas = [metrics.roc_auc_score(y_val, alarms[name](x_val)) for name in alarms]
network = autoencoder.count_params()
parameters = [140, 9 * 140, network, network + 141, network + 141, 141]
spent = [0, 0, seconds, seconds_step, seconds_better, seconds_classifier]
rows = [
    (name, text.number(mae, ".4f") if mae else "–", text.number(area, ".4f"),
     text.number(count, ",d"), text.number(took, ".1f"), size_of_code)
    for name, mae, area, count, took, size_of_code in zip(
        alarms, [*maes, None], areas, parameters, spent, ["0", "32", "32", "32", "32", "–"])
]  # fmt: skip
text.table(("model", "MAE, normal", "ROC area", "parameters", "s", "bytes a code"), rows, "Validation part")
# pt: "MAE, normais", "área ROC", "parâmetros", "bytes por código", "Parte de validação"
claims.check(
    heart.source,
    awake_centred=(step_encoder.predict_on_batch(centred(x_normal)).max(axis=0) > 0).sum(),
    centred_mae=maes[3],
    better_mae=maes[4],
    source_area=areas[2],
    better_area=areas[4],
    labels_area=areas[5],
)


# %% [markdown] lang="en"
# Read it from the top:
#
# - **Error on normal beats:** centring alone takes the network from {{ F8_mae }} to {{ centred_mae }}, near PCA, and {{ awake_centred }} code units are awake: the sleepers were a symptom, the scale was the illness. With gelu and a linear code the error is {{ better_mae }}, and now the network is **ahead of PCA** ({{ pca8_mae }}) with the same eight numbers. It needed neither more layers nor more epochs.
# - **The alarm:** the differences are small. The networks reach {{ source_area }} (source) and {{ better_area }} (last one), PCA with eight numbers {{ pca8_area }}, PCA with two {{ pca2_area }}; PCA with two numbers and the squared error, {{ pca2_area_mse }}, is hard to beat at all. The network that rebuilds far better is hardly the better watchman.
# - **With labels** a plain logistic regression of 141 parameters leaves everybody behind ({{ labels_area }}). The autoencoder is for the case that you have *no* examples of what you fear. Whoever has them and does not use them makes a mistake.
# %% [markdown] lang="pt-BR"
# Leia de cima para baixo:
#
# - **Erro nos normais:** só centrar leva a rede de {{ F8_mae }} a {{ centred_mae }}, perto da PCA, e {{ awake_centred }} unidades do código ficam acordadas: as adormecidas eram um sintoma; a doença era a escala. Com gelu e código linear, o erro é {{ better_mae }}, e agora a rede está **à frente da PCA** ({{ pca8_mae }}) com os mesmos oito números. Não precisou de mais camadas nem de mais épocas.
# - **O alarme:** as diferenças são pequenas. As redes chegam a {{ source_area }} (fonte) e {{ better_area }} (a última); a PCA com oito números, a {{ pca8_area }}; com dois, a {{ pca2_area }}; e a PCA com dois números e erro quadrático, {{ pca2_area_mse }}, é difícil de bater por quem quer que seja. A rede que refaz muito melhor mal chega a ser melhor vigia.
# - **Com rótulos**, uma simples regressão logística de 141 parâmetros deixa todos para trás ({{ labels_area }}). O autoencoder serve para quando *não* há exemplos do que se teme. Quem os tem e não os usa comete um erro.
# %% [markdown] lang="en"
# ## 8. The test, once
#
# Network, thresholds and rivals are fixed. Now, and only now, the test beats. First the source's network with its four thresholds; the last row is trap 2 put into practice: the threshold that is best *on the test part itself*.
# %% [markdown] lang="pt-BR"
# ## 8. O teste, uma vez
#
# Rede, limiares e rivais estão fixados. Agora, e só agora, os batimentos de teste. Primeiro a rede da fonte com seus quatro limiares; a última linha é a armadilha 2 posta em prática: o limiar que é o melhor *na própria parte de teste*.
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
table = {name: (value, *scores(errors_test > value, y_test)) for name, value in (thresholds | peeked).items()}
rows = [
    (name, text.number(value, ".4f"), *(text.number(s, ".3f") for s in four))
    for name, (value, *four) in table.items()
]
text.table(
    ("rule", "threshold", "accuracy", "recall", "precision", "F1"),
    rows,
    "Test part, abnormal is positive",
    # pt: "regra", "limiar", "acurácia", "Parte de teste, anormal é positivo"
)
# %%
alarm = errors_test > threshold
accuracy, recall, precision, f1 = scores(alarm, y_test)
_, recall_normal, precision_normal, _ = scores(~alarm, ~y_test)
(_, *at_95), (_, *at_99), (_, *at_f1), (_, *at_peek) = list(table.values())[1:]
claims.check(
    heart.source,
    F8_accuracy=accuracy,
    recall=recall,
    precision=precision,
    f1=f1,
    F8_precision_normal=precision_normal,
    F8_recall_normal=recall_normal,
    f1_95=at_95[3],
    f1_99=at_99[3],
    f1_best=at_f1[3],
    f1_peeked=at_peek[3],
    false_alarms=alarm[~y_test].mean(),
)
# %% [markdown] lang="en"
# With the source's rule the alarm is right in {{ F8_accuracy }} of the cases; it finds {{ recall }} of the abnormal beats, and {{ precision }} of its alarms are justified.
#
# **Which class is positive?** TensorFlow's tutorial on the same data reports accuracy {{ F8_accuracy.source }}, precision {{ F8_precision_normal.source }} and recall {{ F8_recall_normal.source }}. Its `True` means *normal*. Counted that way ours are {{ F8_precision_normal }} and {{ F8_recall_normal }}: "few of the beats declared normal
# are ill, and so many of the normal ones are left in peace". The same alarm, other words; who mixes the two conventions compares recall with a false-alarm rate.
#
# The peeked threshold cannot lose on the test part, by construction: its F1 is {{ f1_peeked }}, against {{ f1_best }} for the threshold chosen honestly. The distance is the price of the trap. With a thousand test beats it is small; with thirty it would be a career.
#
# As a picture, and by kind:
# %% [markdown] lang="pt-BR"
# Com a regra da fonte, o alarme acerta em {{ F8_accuracy }} dos casos; acha {{ recall }} dos anormais, e {{ precision }} dos seus alarmes se justificam.
#
# **Qual classe é a positiva?** O tutorial do TensorFlow, com os mesmos dados, informa acurácia {{ F8_accuracy.source }}, precisão {{ F8_precision_normal.source }} e revocação {{ F8_recall_normal.source }}. O `True` dele quer dizer *normal*. Contados assim, os nossos são {{ F8_precision_normal }} e {{ F8_recall_normal }}: "poucos dos declarados normais
# estão doentes, e tantos dos normais são deixados em paz". O mesmo alarme, outras palavras; quem mistura as duas convenções compara revocação com taxa de falsos alarmes.
#
# O limiar espiado não tem como perder no teste, por construção: seu F1 é {{ f1_peeked }}, contra {{ f1_best }} do limiar escolhido com honestidade. A distância é o preço da armadilha. Com mil batimentos de teste, é pequena; com trinta, faria uma carreira.
#
# Em figura, e por tipo:
# %%
matrix = metrics.confusion_matrix(y_test, alarm, labels=[True, False])
fig, (ax, ax_kind) = plt.subplots(1, 2, figsize=(12, 4.4), width_ratios=[1, 1.5])
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
    alt="Confusion matrix, most counts on the diagonal; bars by kind: few normal beats and most beats of each abnormal kind raise an alarm.",
    # pt: "Matriz de confusão, quase tudo na diagonal; barras por tipo: poucos normais e a maioria de cada tipo anormal disparam o alarme."
)
# %% [markdown] lang="en"
# Read the left half by rows: of the abnormal beats (upper row) how many were found, of the normal ones how many were left in peace. At the right the same by kind, with the number of test beats in brackets; a kind with a handful of beats proves nothing.
#
# The curves need no threshold. All four models, and their areas:
# %% [markdown] lang="pt-BR"
# Leia a metade esquerda por linhas: dos anormais (linha de cima), quantos foram achados; dos normais, quantos ficaram em paz. À direita, o mesmo por tipo, com o número de batimentos de teste entre parênteses; um tipo com meia dúzia de batimentos nada prova.
#
# As curvas dispensam limiar. Os quatro modelos e suas áreas:
# %%
fig, axes = plt.subplots(1, 2, figsize=(12, 5))
test_areas, test_precisions = {}, {}
_, *two, _, better_name, with_labels = alarms
for name in (*two, better_name, with_labels):
    found = alarms[name](x_test)
    test_areas[name] = metrics.roc_auc_score(y_test, found)
    test_precisions[name] = metrics.average_precision_score(y_test, found)
    curves(*axes, found, y_test, f"{name}: {text.number(test_areas[name], '.3f')}")
for line, value in zip(axes[1].get_lines(), test_precisions.values()):
    line.set_label(text.number(value, ".3f"))
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
    alt="Corners of the ROC and precision-recall curves on the test part for four models, with the areas in the legends; the classifier with labels is nearest to the corner.",
    # pt: "Cantos das curvas ROC e de precisão-revocação no teste para quatro modelos, com as áreas nas legendas; o classificador com rótulos fica mais perto do canto."
)
# %%
pca_test, source_test, better_test, labels_test = test_areas.values()
claims.check(
    heart.source,
    roc_area=source_test,
    pr_area=list(test_precisions.values())[1],
    pca8_area_test=pca_test,
    better_area_test=better_test,
    labels_area_test=labels_test,
)


# %% [markdown] lang="en"
# (The axes show only the interesting corner.) On the test part the source's network has an area of {{ roc_area }} under the ROC and {{ pr_area }} under the precision-recall curve, as the average precision measures it. The precision-recall curve is the stricter judge: among many normal beats even a small share of false alarms is a crowd. The order of the rivals
# is about that of the validation part, and where two of them differ in the third digit, another split would shuffle them.
#
# ## 9. What these figures do not say
#
# **How rare disease is.** In our test part two beats of five are abnormal. Recall and the share of false alarms ({{ false_alarms }}) belong to the alarm; *precision* belongs to the alarm **and the crowd** it watches. By Bayes' rule, with a share $p$ of abnormal beats,
#
# $$\text{precision} = \frac{p \cdot \text{recall}}{p \cdot \text{recall} + (1 - p) \cdot \text{false alarms}}.$$
#
# **Predict:** what is left of a precision of {{ precision }} when one beat in a hundred is abnormal?
# %% [markdown] lang="pt-BR"
# (Os eixos mostram só o canto interessante.) No teste, a rede da fonte tem área {{ roc_area }} sob a ROC e {{ pr_area }} sob a curva de precisão-revocação, medida pela precisão média. A de precisão-revocação é a juíza mais severa: entre muitos normais, mesmo uma fração pequena de falsos alarmes é uma multidão. A ordem dos rivais
# é mais ou menos a da validação e, onde dois deles diferem no terceiro dígito, outra divisão os embaralharia.
#
# ## 9. O que estes valores não dizem
#
# **Quão rara é a doença.** No nosso teste, dois batimentos em cada cinco são anormais. A revocação e a fração de falsos alarmes ({{ false_alarms }}) são do alarme; a *precisão* é do alarme **e da multidão** que ele vigia. Pela regra de Bayes, com uma fração $p$ de anormais,
#
# $$\text{precisão} = \frac{p \cdot \text{revocação}}{p \cdot \text{revocação} + (1 - p) \cdot \text{falsos alarmes}}.$$
#
# **Arrisque:** o que sobra de uma precisão de {{ precision }} quando um batimento em cem é anormal?
# %%
def precision_at(share, recall, false_alarms):
    """Precision of an alarm where `share` of the beats are abnormal (Bayes' rule)."""
    # pt: """Precisão de um alarme quando a fração `share` dos batimentos é anormal (regra de Bayes)."""
    right, wrong = share * recall, (1 - share) * false_alarms
    return right / (right + wrong)


rare = precision_at(0.01, recall, alarm[~y_test].mean())
claims.check(heart.source, precision_rare=rare)
# %% [markdown] lang="en"
# {{ precision_rare }}: nine out of ten alarms or so would be false, with the *same* alarm. No figure without the crowd it was measured on.
#
# **Whose heart.** All beats come from one patient; training and test beats are neighbours in one recording. Another heart, another electrode, another normal. A study would split by patient, as lesson 01 splits by person.
#
# **Who labelled.** A program gave the labels. An alarm cannot be more right than the labels it is measured with.
#
# So once more: **this is a teaching example, no medical device.** It must not be used for anybody's diagnosis, not even for a first look.
#
# ## 10. Keep the halves, and the scale
#
# An alarm consists of more than weights: encoder, decoder, the extremes of the scale and the threshold. They are saved together, the models in the `.keras` format, the numbers as a plain npz.
# %% [markdown] lang="pt-BR"
# {{ precision_rare }}: cerca de nove em cada dez alarmes seriam falsos, com o *mesmo* alarme. Nenhum valor sem a multidão em que foi medido.
#
# **De quem é o coração.** Todos os batimentos são de um paciente; os de treino e os de teste são vizinhos na mesma gravação. Outro coração, outro eletrodo, outro normal. Um estudo dividiria por paciente, como a aula 01 divide por pessoa.
#
# **Quem rotulou.** Um programa deu os rótulos. Um alarme não pode acertar mais do que os rótulos com que é medido.
#
# Portanto, de novo: **isto é um exemplo didático, não um dispositivo médico.** Não deve servir ao diagnóstico de ninguém, nem como primeira olhada.
#
# ## 10. Guardar as metades, e a escala
#
# Um alarme é mais que pesos: codificador, decodificador, os extremos da escala e o limiar. São salvos juntos; os modelos, no formato `.keras`; os números, num npz simples.
# %%
work = settings.run_folder()
print(settings.relative(work))
encoder.save(work / "encoder.keras")
decoder.save(work / "decoder.keras")
np.savez(work / "alarm.npz", low=low, high=high, threshold=threshold)


def load_alarm(folder):
    """A function from beats as recorded to True where they are suspicious, from the saved files."""
    # pt: """Uma função de batimentos como gravados a True onde são suspeitos, a partir dos arquivos."""
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
# *True*: from the raw beats, the loaded alarm decides every validation beat as the one in memory does.
# %% [markdown] lang="pt-BR"
# *True*: a partir dos batimentos crus, o alarme carregado decide cada batimento de validação como o que está na memória.
# %% [markdown] lang="en"
# ## Check yourself
#
# Answer first, then open.
#
# **1.** Two papers report reconstruction errors of 0.02 and 0.03 on the same beats. Which model is better?
#
# <details><summary>Answer</summary>Unknown until both say which extremes they scaled with: the error is measured in units of that range. Ask for standard deviations, or for the area under the ROC curve, which no ruler changes.</details>
#
# **2.** Why are no abnormal beats used in the training, though we have thousands with labels?
#
# <details><summary>Answer</summary>The autoencoder would learn to rebuild them too, and their error, the alarm, would shrink. Besides, the method is meant for cases where examples of health abound and examples of disease are rare or unknown. Where labels of every kind are at hand, a classifier is the better tool.</details>
#
# **3.** A colleague's alarm has "recall 99 %, precision 90 %"; another's "recall 90 %, precision 99 %". Could it be the same alarm?
#
# <details><summary>Answer</summary>Nearly: with two classes of similar size, exchanging the positive class turns such figures into each other. Ask which class is positive before you compare.</details>
#
# **4.** You move the threshold up. What happens to recall and to the number of false alarms? And to the area under the ROC curve?
#
# <details><summary>Answer</summary>Recall and false alarms both fall (or stay). The area does not change: it belongs to the whole curve, and a threshold is one point on it.</details>
#
# **5.** Your network rebuilds *every* beat almost perfectly after you enlarge the code to 100 numbers. Why is the alarm worse?
#
# <details><summary>Answer</summary>Abnormal beats now fit through as well. The alarm lives from what does not pass the bottleneck; the smallest error is not the goal.</details>
#
# **6.** May this model be used for another patient?
#
# <details><summary>Answer</summary>Nothing here says so. All beats, training and test, come from one patient; "normal" means normal for that heart and that electrode. It would have to be tested on other patients, split by patient, and even then it is no medical device.</details>
# %% [markdown] lang="pt-BR"
# ## Teste-se
#
# Responda primeiro, abra depois.
#
# **1.** Dois artigos informam erros de reconstrução de 0,02 e 0,03 nos mesmos batimentos. Qual modelo é melhor?
#
# <details><summary>Resposta</summary>Não se sabe, até que ambos digam com que extremos fizeram a escala: o erro é medido em unidades dessa faixa. Peça desvios padrão, ou a área sob a curva ROC, que régua nenhuma muda.</details>
#
# **2.** Por que nenhum batimento anormal entra no treino, se temos milhares com rótulo?
#
# <details><summary>Resposta</summary>O autoencoder aprenderia a refazê-los também, e o erro deles, que é o alarme, encolheria. Além disso, o método serve para quando exemplos de saúde abundam e os de doença são raros ou desconhecidos. Onde há rótulos de todos os tipos, um classificador é a ferramenta melhor.</details>
#
# **3.** O alarme de uma colega tem "revocação 99 %, precisão 90 %"; o de outro, "revocação 90 %, precisão 99 %". Pode ser o mesmo alarme?
#
# <details><summary>Resposta</summary>Quase: com duas classes de tamanho parecido, trocar a classe positiva transforma uns valores nos outros. Pergunte qual classe é a positiva antes de comparar.</details>
#
# **4.** Você sobe o limiar. O que acontece com a revocação e com o número de falsos alarmes? E com a área sob a curva ROC?
#
# <details><summary>Resposta</summary>Revocação e falsos alarmes caem (ou ficam iguais). A área não muda: pertence à curva inteira, e um limiar é um ponto dela.</details>
#
# **5.** Sua rede refaz *todo* batimento quase com perfeição depois que você aumenta o código para 100 números. Por que o alarme piora?
#
# <details><summary>Resposta</summary>Os anormais agora também passam. O alarme vive do que não atravessa o gargalo; o menor erro não é o objetivo.</details>
#
# **6.** Este modelo pode ser usado em outro paciente?
#
# <details><summary>Resposta</summary>Nada aqui o garante. Todos os batimentos, de treino e de teste, são de um paciente; "normal" quer dizer normal para aquele coração e aquele eletrodo. Seria preciso testá-lo em outros pacientes, com divisão por paciente, e nem assim seria um dispositivo médico.</details>
# %% [markdown] lang="en"
# ## Exercises
#
# The cell below each exercise checks your answer at once; `check.cost.hint()` (with the name of the check) gives a hint, and a plainer one the next time.
#
# ### Exercise 1: the price of a miss
#
# Suppose a missed abnormal beat costs ten times as much as a false alarm. Put into `threshold_cost` the threshold with the least total cost on the **validation** beats. (Candidates: the errors themselves.) Before you run: will it be above or below the best-F1 one?
# %% [markdown] lang="pt-BR"
# ## Exercícios
#
# A célula abaixo de cada exercício verifica a resposta na hora; `check.cost.hint()` (com o nome da verificação) dá uma dica, e uma mais clara na vez seguinte.
#
# ### Exercício 1: o preço de uma falta
#
# Suponha que deixar passar um anormal custe dez vezes um falso alarme. Ponha em `threshold_cost` o limiar de menor custo total nos batimentos de **validação**. (Candidatos: os próprios erros.) Antes de executar: ficará acima ou abaixo do de melhor F1?
# %% exercise="1" role="answer"
threshold_cost = None
### BEGIN SOLUTION
costs = [10 * (errors_val[y_val] <= value).sum() + (errors_val[~y_val] > value).sum() for value in errors_val]
threshold_cost = float(errors_val[np.argmin(costs)])
### END SOLUTION
# %% exercise="1" role="check"
from exercises import ecg_anomalies as check

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
# ### Exercise 2: another score
#
# The mean absolute error treats all moments alike. A short, violent departure may drown in a good mean. Put into `peak_errors` the **largest** absolute deviation of each validation beat from its reconstruction by `autoencoder`. Is the area under the ROC curve larger or smaller than with the mean?
# %% [markdown] lang="pt-BR"
# ### Exercício 2: outra pontuação
#
# O erro absoluto médio trata todos os instantes por igual. Um desvio curto e violento pode se afogar numa boa média. Ponha em `peak_errors` o **maior** desvio absoluto de cada batimento de validação em relação à reconstrução do `autoencoder`. A área sob a curva ROC fica maior ou menor que com a média?
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
# ### Exercise 3: unclean health
#
# In practice nobody checks every "normal" beat. Put all normal training beats into `x_mixed`, and one abnormal training beat to every nine of them; train a fresh `build()` on it, `mixed` (with `train_on`, as in section 3), and look what becomes of the area. Which *kind* of abnormal beat do you expect to be lost first: the frequent or the rare one?
# %% [markdown] lang="pt-BR"
# ### Exercício 3: saúde misturada
#
# Na prática ninguém confere cada batimento "normal". Junte em `x_mixed` todos os normais de treino e um anormal de treino para cada nove deles; treine com ele um `build()` novo, `mixed` (com `train_on`, como na seção 3) e veja o que acontece com a área. Que *tipo* de anormal você espera perder primeiro: o frequente ou o raro?
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
# - Learn only what normal looks like; what the bottleneck cannot pass is suspicious. The error area shows where.
# - An error has a ruler. Scale with the extremes of the training part and quote standard deviations, too. Test beats belong neither in the scale nor in the monitoring nor in the choice of a threshold.
# - A threshold trades misses for false alarms. Mean plus standard deviation is a habit; percentiles and best F1 have reasons; all are chosen on validation beats.
# - Say which class is positive. Say how common it is: precision depends on it.
# - PCA beats the source's network in error; on centred beats, with a code that cannot fall asleep, the same layer sizes win. For the alarm, selectivity counts more than error. With labels, use a classifier.
# - One patient, labels of a program: a teaching example, no medical device.
#
# ## References
#
# - Y. Chen, Y. Hao, T. Rakthanmanon, J. Zakaria, B. Hu, E. Keogh, *A general framework for never-ending learning from time series streams*, Data Mining and Knowledge Discovery 29, 2015 (ECG5000).
# - H. A. Dau et al., *The UCR time series archive*, IEEE/CAA Journal of Automatica Sinica 6, 2019.
# - A. L. Goldberger et al., *PhysioBank, PhysioToolkit, and PhysioNet*, Circulation 101, 2000; D. S. Baim et al., *Survival of patients with severe congestive heart failure treated with oral milrinone*, Journal of the American College of Cardiology 7, 1986 (BIDMC, record chf07).
# - TensorFlow, [*Intro to autoencoders*](https://www.tensorflow.org/tutorials/generative/autoencoder): the tutorial with the same data.
# - T. Saito, M. Rehmsmeier, *The precision-recall plot is more informative than the ROC plot when evaluating binary classifiers on imbalanced datasets*, PLoS ONE 10, 2015.
# - P. E. McSharry, G. D. Clifford, L. Tarassenko, L. A. Smith, *A dynamical model for generating synthetic electrocardiogram signals*, IEEE Transactions on Biomedical Engineering 50, 2003 (idea of the embedded beats).
#
# Next: lesson 06, music. Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - Aprenda só a cara do normal; o que não passa pelo gargalo é suspeito. A área do erro mostra onde.
# - Um erro tem régua. Faça a escala com os extremos da parte de treino e informe também desvios padrão. Batimentos de teste não entram na escala, nem no acompanhamento, nem na escolha do limiar.
# - Um limiar troca faltas por falsos alarmes. Média mais desvio padrão é um costume; percentis e melhor F1 têm motivo; todos se escolhem na validação.
# - Diga qual classe é a positiva. Diga quão comum ela é: a precisão depende disso.
# - A PCA vence a rede da fonte no erro; com batimentos centrados e um código que não adormece, os mesmos tamanhos de camada vencem. Para o alarme, seletividade conta mais que erro. Com rótulos, use um classificador.
# - Um paciente, rótulos de um programa: um exemplo didático, não um dispositivo médico.
#
# ## Referências
#
# - Y. Chen, Y. Hao, T. Rakthanmanon, J. Zakaria, B. Hu, E. Keogh, *A general framework for never-ending learning from time series streams*, Data Mining and Knowledge Discovery 29, 2015 (ECG5000).
# - H. A. Dau et al., *The UCR time series archive*, IEEE/CAA Journal of Automatica Sinica 6, 2019.
# - A. L. Goldberger et al., *PhysioBank, PhysioToolkit, and PhysioNet*, Circulation 101, 2000; D. S. Baim et al., *Survival of patients with severe congestive heart failure treated with oral milrinone*, Journal of the American College of Cardiology 7, 1986 (BIDMC, registro chf07).
# - TensorFlow, [*Intro to autoencoders*](https://www.tensorflow.org/tutorials/generative/autoencoder): o tutorial com os mesmos dados.
# - T. Saito, M. Rehmsmeier, *The precision-recall plot is more informative than the ROC plot when evaluating binary classifiers on imbalanced datasets*, PLoS ONE 10, 2015.
# - P. E. McSharry, G. D. Clifford, L. Tarassenko, L. A. Smith, *A dynamical model for generating synthetic electrocardiogram signals*, IEEE Transactions on Biomedical Engineering 50, 2003 (ideia dos batimentos embutidos).
#
# A seguir: aula 06, música. Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
