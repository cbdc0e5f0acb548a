# %% [markdown] lang="en"
# # Homework: from digits to clothes
#
# [Open in Colab]({{ colab }}) · Lesson 03, homework, 5.0 points · reading: {{ reading_minutes }} min · your work: two to three hours · running, once finished: {{ minutes.class }} min (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# Does the autoencoder of lesson 02 also work for photographs of clothes? What has to change, and what does a convolutional network add?
#
# **After this homework you can**
#
# - apply an autoencoder to a new data set and say which lines have to change;
# - find the region of the latent space that contains the codes, and draw a map of it;
# - build a convolutional autoencoder: encoder and decoder;
# - compare two networks by reconstruction error, latent dimension and share of classes kept;
# - explain what such a comparison shows and what it does not show.
#
# **Prerequisites:** lesson 02. Keep it open in a second tab, because part A repeats its steps with other data. Part B introduces convolutions.
#
# **You will need:** a computer with Python {{ python }}, or a free Colab. No GPU.
# %% [markdown] lang="pt-BR"
# # Lição de casa: dos dígitos às roupas
#
# [Abrir no Colab]({{ colab }}) · Aula 03, lição de casa, 5,0 pontos · leitura: {{ reading_minutes }} min · seu trabalho: de duas a três horas · execução, quando pronta: {{ minutes.class }} min (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# O autoencoder da aula 02 também funciona com fotos de roupas? O que é preciso mudar, e o que uma rede convolucional acrescenta?
#
# **Ao final desta lição, você saberá**
#
# - aplicar um autoencoder a um novo conjunto de dados e dizer que linhas precisam mudar;
# - encontrar a região do espaço latente em que estão os códigos e desenhar um mapa dela;
# - montar um autoencoder convolucional: codificador e decodificador;
# - comparar duas redes pelo erro de reconstrução, pela dimensão latente e pela fração de classes mantidas;
# - explicar o que essa comparação mostra e o que ela não mostra.
#
# **Pré-requisitos:** a aula 02. Deixe-a aberta em outra aba, pois a parte A repete seus passos com outros dados. A parte B apresenta as convoluções.
#
# **Você vai precisar de:** um computador com Python {{ python }}, ou do Colab gratuito. Não é preciso GPU.
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("03_fashion_homework")
# %% [markdown] lang="en"
# ## How this homework works
#
# Each exercise has a cell with `# your code here`. The cell below it checks your answer at once and says *not attempted yet*, *not right yet* with the reason, or *right*. A check tests what your networks do and what your figures show. It does not prescribe how you write the code. Check as often as you like. If you are stuck, run the hint at the end of the cell, for example `check.pixels.hint()`. Each further run gives a more direct hint.
#
# | exercise | what | points | graded by |
# | --- | --- | --- | --- |
# | A1 | training, validation and test pixels | 0.5 | program |
# | A2 | an autoencoder with a code of two numbers | 1.0 | program |
# | A3 | figure: ten garments and their reconstructions | 0.5 | program |
# | A4 | figure: a map of 15 × 15 garments | 0.5 | program |
# | B1 | a convolutional autoencoder | 1.0 | program |
# | B2 | comparison of the two networks | 0.5 | program |
# | C1, C2, C3 | three written answers | 0.25 + 0.25 + 0.5 | your teacher |
#
# **Grading.** Your notebook is graded by a fresh run in profile `quick` on the embedded sample, which has fewer images. Write `len(x)` instead of fixed sizes such as 60000. If an exercise was right in your own run but fails there, it is run again on the real data, or your teacher decides.
#
# You can run the whole notebook from top to bottom at any time, finished or not. At the end, write your name in the last text cell, save, and hand in this file.
# %% [markdown] lang="pt-BR"
# ## Como funciona esta lição
#
# Cada exercício tem uma célula com `# escreva seu código aqui`. A célula seguinte verifica a resposta na hora e diz *ainda não tentado*, *ainda não está certo*, com o motivo, ou *certo*. A verificação testa o que as suas redes fazem e o que as suas figuras mostram. Você escreve o código como preferir. Verifique quantas vezes quiser. Se travar, execute a dica que está no fim da célula, por exemplo `check.pixels.hint()`. A cada execução, a dica fica mais direta.
#
# | exercício | o quê | pontos | quem corrige |
# | --- | --- | --- | --- |
# | A1 | pixels de treino, validação e teste | 0,5 | programa |
# | A2 | um autoencoder com código de dois números | 1,0 | programa |
# | A3 | figura: dez peças e suas reconstruções | 0,5 | programa |
# | A4 | figura: um mapa de 15 × 15 peças | 0,5 | programa |
# | B1 | um autoencoder convolucional | 1,0 | programa |
# | B2 | comparação das duas redes | 0,5 | programa |
# | C1, C2, C3 | três respostas escritas | 0,25 + 0,25 + 0,5 | professor |
#
# **Correção.** Seu notebook é corrigido por uma nova execução no perfil `quick`, com a amostra embutida, que tem menos imagens. Use `len(x)` em vez de tamanhos fixos, como 60000. Se um exercício estava certo na sua execução e falha nessa, ele roda de novo com os dados reais ou o professor decide.
#
# Você pode executar o notebook inteiro a qualquer momento, pronto ou não. No fim, escreva seu nome na última célula de texto, salve e entregue este arquivo.
# %% [markdown] lang="en"
# We import the libraries and the helper modules of the course.
# %% [markdown] lang="pt-BR"
# Importamos as bibliotecas e os módulos de apoio do curso.
# %%
import sys
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers
from sklearn.decomposition import PCA
from tqdm.keras import TqdmCallback

from exercises import fashion_homework as check
from utils import claims, data, explore, plot, settings, text
from utils.progress import tqdm

# %% [markdown] lang="en"
# ## The data: images of clothes
#
# Fashion-MNIST was made as a replacement for MNIST. It also has 70,000 grey images of 28 × 28 pixels in ten classes, but they show clothes instead of digits. The call of `check.start` records which images each `fit()` receives. The checks can then warn you if test images are used for training.
# %% [markdown] lang="pt-BR"
# ## Os dados: imagens de roupas
#
# O Fashion-MNIST foi criado para substituir o MNIST. Também tem 70.000 imagens de 28 × 28 pixels em tons de cinza e dez classes, mas mostra roupas em vez de dígitos. A chamada `check.start` registra que imagens cada `fit()` recebe. Assim, as verificações podem avisar se você usar imagens de teste no treino.
# %%
fashion = data.mnist.load_fashion()
print(fashion.provenance)
print(f"x_train {fashion.x_train.shape}, x_test {fashion.x_test.shape}")
check.start(fashion)
# %% cover=[0.087, 0.003, 0.535, 0.301] built={"en": "two autoencoders for clothes, one of them convolutional", "pt-BR": "dois autoencoders para roupas, um deles convolucional"}
places = [np.flatnonzero(fashion.y_train == label)[:8] for label in range(10)]
plot.image_rows(
    {name: fashion.x_train[mine] for name, mine in zip(fashion.class_names, places)},
    alt="Eight training images of each of the ten classes, from T-shirts to ankle boots.",
    # pt: "Oito imagens de treino de cada uma das dez classes, de camisetas a botas."
)


# %% [markdown] lang="en"
# **Predict before you run:** lesson 02 calls the loss of a perfect reconstruction the *floor* of the loss. Clothes cover more of the picture than digits, in many shades of grey. Will their floor be higher or lower than that of digits?
# %% [markdown] lang="pt-BR"
# **Antes de executar, arrisque um palpite:** a aula 02 chama de *piso* o custo de uma reconstrução perfeita. As roupas ocupam mais espaço na imagem que os dígitos, com muitos tons de cinza. O piso delas será mais alto ou mais baixo que o dos dígitos?
# %%
def bce(x, x_hat):
    """Binary cross-entropy, mean over pixels and images."""
    # pt: """Entropia cruzada binária, média sobre pixels e imagens."""
    return float(np.mean(keras.losses.binary_crossentropy(x, x_hat)))


clothes = fashion.x_test.reshape(len(fashion.x_test), -1)
mean_garment = np.broadcast_to(fashion.x_train.reshape(-1, 784).mean(axis=0), clothes.shape)
floor, mean_loss = bce(clothes, clothes), bce(clothes, mean_garment)
text.say("perfect reconstruction {:.4f}, mean garment {:.4f}", floor, mean_loss)
# pt: "reconstrução perfeita {:.4f}, roupa média {:.4f}"
# %% tags=["claims"]
claims.check(fashion.source, floor=floor, mean_loss=mean_loss)
# %% [markdown] lang="en"
# The floor is much higher than for digits. A grey pixel has a cost even when it is predicted perfectly, and clothes have many grey pixels. A useful loss in this homework is between {{ floor }} (perfect reconstruction) and {{ mean_loss }} (the mean garment). Do not compare it with the losses of lesson 02.
#
# ### A training function
#
# You may use this function, which is similar to the training in lesson 02. Its argument `x` is both the input and the target. XLA, a compiler for TensorFlow, speeds up the training of our dense networks. For convolutions use `jit=False`. You can also call `compile` and `fit` yourself.
# %% [markdown] lang="pt-BR"
# O piso é bem mais alto que o dos dígitos. Um pixel cinza tem um custo mesmo quando é previsto com perfeição, e as roupas têm muitos pixels cinza. Nesta lição, um custo útil fica entre {{ floor }} (reconstrução perfeita) e {{ mean_loss }} (roupa média). Não o compare com os custos da aula 02.
#
# ### Uma função de treino
#
# Você pode usar esta função, parecida com o treino da aula 02. O argumento `x` é ao mesmo tempo a entrada e o alvo. O XLA, um compilador do TensorFlow, acelera o treino das nossas redes densas. Com convoluções, use `jit=False`. Se preferir, chame você mesmo `compile` e `fit`.
# %%
BATCH = 128 if fashion.source == "real" else 32  # the small sample gives few batches
# pt: a amostra pequena rende poucos lotes
# Compiling pays off in long trainings.
# pt: Compilar só compensa em treinos longos.
XLA = settings.pick(quick=False, class_=True, full=True) and environment.xla_works()
EPOCHS_A = settings.pick(quick=15, class_=20, full=100)
EPOCHS_B = settings.pick(quick=10, class_=5, full=25)
seconds = {}  # of each training, by the name of the model  # pt: de cada treino, pelo nome do modelo


def train(model, x, x_val, epochs, peak, jit=True):
    """Fit `model` to give back its input; `peak` is the highest learning rate."""
    # pt: """Ajusta `model` para devolver a entrada; `peak` é a maior taxa de aprendizado."""
    steps = epochs * (len(x) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - steps // 4, warmup_target=peak, warmup_steps=steps // 4
    )
    adam = keras.optimizers.Adam(settings.pick(quick=rate, class_=rate, full=1e-3))
    model.compile(adam, "binary_crossentropy", jit_compile=jit and XLA, steps_per_execution=20)
    bar = TqdmCallback(epochs, verbose=0, tqdm_class=tqdm, file=sys.stdout)
    batches, watched = data.batches(x, BATCH, seed=settings.seed()), data.batches(x_val, 1000)
    start = time.perf_counter()
    history = model.fit(
        batches, validation_data=watched, epochs=epochs, verbose=0, shuffle=False, callbacks=[bar]
    )
    seconds[model.name] = time.perf_counter() - start
    return history


# %% [markdown] lang="en"
# ## Part A: a latent space of two dimensions
#
# ### A1: the pixels (0.5 points)
#
# Create the arrays `x_train`, `x_val` and `x_test` from `fashion`, as in lesson 02. Each image becomes a row of 784 numbers between 0 and 1. Use the last twelfth of the official training set for validation and the official test set for the test. You do not need the labels.
# %% [markdown] lang="pt-BR"
# ## Parte A: um espaço latente de duas dimensões
#
# ### A1: os pixels (0,5 ponto)
#
# Crie os arrays `x_train`, `x_val` e `x_test` a partir de `fashion`, como na aula 02. Cada imagem vira uma linha de 784 números entre 0 e 1. Separe para validação a última duodécima parte (1/12) do conjunto oficial de treino e use o conjunto oficial de teste como teste. Você não precisa dos rótulos.
# %% exercise="A1" role="answer"
x_train = x_val = x_test = None
### BEGIN SOLUTION
rows_of_pixels = fashion.x_train.reshape(len(fashion.x_train), -1)
n_val = len(rows_of_pixels) // 12
x_train, x_val = rows_of_pixels[:-n_val], rows_of_pixels[-n_val:]
x_test = fashion.x_test.reshape(len(fashion.x_test), -1)
### END SOLUTION
# %% exercise="A1" role="check" points=0.5
check.pixels(x_train, x_val, x_test)
# check.pixels.hint()
# %% [markdown] lang="en"
# ### A2: the autoencoder (1.0 point)
#
# Build the two-dimensional autoencoder with an L2 penalty from lesson 02, section 7, and train it on clothes:
#
# - layers 784 → 64 → 16 → **2** → 16 → 64 → 784, with outputs between 0 and 1;
# - binary cross-entropy as the loss;
# - an L2 penalty on the activity of the code, with weight `1e-4`.
#
# The check needs three models that share their weights: `encoder`, `decoder` and `autoencoder`, which applies the encoder and then the decoder. Train for `EPOCHS_A` epochs with the peak learning rate `peak=0.005`.
#
# The loss should fall far below {{ mean_loss }}. Our test loss is {{ F6_loss }}. If the code uses relu, one unit may be dead, that is, zero for every image. The check reports this. You can then start the biases of the code at 1, as in lesson 02, or use a code without relu.
# %% [markdown] lang="pt-BR"
# ### A2: o autoencoder (1,0 ponto)
#
# Monte o autoencoder bidimensional com penalidade L2 da aula 02, seção 7, e treine-o com roupas:
#
# - camadas 784 → 64 → 16 → **2** → 16 → 64 → 784, com saídas entre 0 e 1;
# - entropia cruzada binária como função de custo;
# - penalidade L2 sobre a atividade do código, com peso `1e-4`.
#
# A verificação precisa de três modelos que compartilham os pesos: `encoder`, `decoder` e `autoencoder`, que aplica o codificador e depois o decodificador. Treine por `EPOCHS_A` épocas com a taxa de aprendizado máxima `peak=0.005`.
#
# O custo deve ficar bem abaixo de {{ mean_loss }}. O nosso custo de teste é {{ F6_loss }}. Se o código usar relu, uma unidade pode estar morta, isto é, valer zero em todas as imagens. A verificação avisa quando isso acontece. Nesse caso, comece os vieses do código em 1, como na aula 02, ou use um código sem relu.
# %% exercise="A2" role="answer"
encoder = decoder = autoencoder = None
keras.utils.set_random_seed(settings.seed())
### BEGIN SOLUTION
penalty = keras.regularizers.L2(1e-4)
encoder = keras.Sequential([keras.Input((784,))])
encoder.add(layers.Dense(64, "relu"))
encoder.add(layers.Dense(16, "relu"))
encoder.add(layers.Dense(2, activity_regularizer=penalty))  # linear: it cannot die
# pt: linear: não tem como morrer
decoder = keras.Sequential([keras.Input((2,))])
decoder.add(layers.Dense(16, "relu"))
decoder.add(layers.Dense(64, "relu"))
decoder.add(layers.Dense(784, "sigmoid"))
autoencoder = keras.Sequential([encoder, decoder], name="dense")
history = train(autoencoder, x_train, x_val, EPOCHS_A, peak=5e-3)
### END SOLUTION
# %% exercise="A2" role="check" points=1.0
check.network(encoder, decoder, autoencoder)
# check.network.hint()
# %% tags=["solution"]
plot.history(
    {"clothes": history},  # pt: "roupas"
    ylabel="binary cross-entropy",
    alt="Training and validation loss fall quickly, then slowly, and stay together.",
    # pt: "Os custos de treino e de validação caem depressa, depois devagar, e seguem juntos."
)
F6_loss = autoencoder.evaluate(x_test, x_test, batch_size=1000, verbose=0)
# %% tags=["solution", "claims"]
claims.compare(fashion.source, F6_loss=F6_loss, F6_params=autoencoder.count_params())
# %% [markdown] lang="en"
# ### A3: ten garments and their reconstructions (0.5 points)
#
# Draw the first figure with matplotlib: **ten test images in a row, and below each one its reconstruction** by `autoencoder`. Store the figure in `figure_rows`. After `fig, axes = plt.subplots(…)`, the figure is `fig`. This is an example of the layout; your garments may be different:
# %% [markdown] lang="pt-BR"
# ### A3: dez peças e suas reconstruções (0,5 ponto)
#
# Desenhe a primeira figura com o matplotlib: **dez imagens de teste em uma linha e, embaixo de cada uma, a sua reconstrução** por `autoencoder`. Guarde a figura em `figure_rows`. Depois de `fig, axes = plt.subplots(…)`, a figura é `fig`. Este é um exemplo da disposição; as suas peças podem ser outras:
# %%
check.picture("rows.png", "Ten garments above ten blurred ones of the same kind, without prints or buttons.")
# pt: "Dez peças acima de dez borradas do mesmo tipo, sem estampas nem botões."
# %% exercise="A3" role="answer"
figure_rows = None
### BEGIN SOLUTION
originals = x_test[:10]
pair = originals, autoencoder.predict_on_batch(originals)
figure_rows, axes = plt.subplots(2, 10, figsize=(11, 2.6))
for images, line in zip(pair, axes):
    for image, ax in zip(images, line):
        ax.imshow(image.reshape(28, 28), vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])
axes[0, 0].set_ylabel("original")
axes[1, 0].set_ylabel(r"$\hat{x}$")
plot.show(figure_rows, alt="Ten test garments; below each, its reconstruction, blurred, of the same outline.")
# pt: "Dez peças de teste; sob cada uma, sua reconstrução, borrada, de mesmo contorno."
### END SOLUTION
# %% exercise="A3" role="check" points=0.5
check.rows(figure_rows, autoencoder)
# check.rows.hint()
# %% [markdown] lang="en"
# ### A4: a map of decoded garments (0.5 points)
#
# Draw the second figure: **15 × 15 images decoded over a region of the plane**, with $z_1$ increasing to the right and $z_2$ upwards. For digits we used the square from 0 to 2. For clothes you have to find the region. *Where are the codes of the test images?*
#
# Store the figure in `figure_manifold` and the two ranges in `z1_range` and `z2_range`, each as a pair `(smallest, largest)`. Your region must contain at least 60% of the test codes, and most of it should not be empty.
# %% [markdown] lang="pt-BR"
# ### A4: um mapa de roupas decodificadas (0,5 ponto)
#
# Desenhe a segunda figura: **15 × 15 imagens decodificadas sobre uma região do plano**, com $z_1$ crescendo para a direita e $z_2$ para cima. Com os dígitos, usamos o quadrado de 0 a 2. Com as roupas, você precisa encontrar a região. *Onde estão os códigos das imagens de teste?*
#
# Guarde a figura em `figure_manifold` e os dois intervalos em `z1_range` e `z2_range`, cada um como um par `(menor, maior)`. A sua região deve conter pelo menos 60% dos códigos de teste e não deve estar quase toda vazia.
# %%
check.picture(
    "manifold.png",
    "A map of small garments that turn smoothly from boots into shirts, dresses and trousers.",
    # pt: "Um mapa de pequenas peças que passam suavemente de botas a camisas, vestidos e calças."
)
# %% exercise="A4" role="answer"
figure_manifold = z1_range = z2_range = None
### BEGIN SOLUTION
codes = encoder.predict(x_test, batch_size=1000, verbose=0)
low, high = np.percentile(codes, [2, 98], axis=0).round(1)
z1_range, z2_range = (low[0], high[0]), (low[1], high[1])
across, up = (np.linspace(*ends, 15, dtype="float32") for ends in (z1_range, z2_range))
points = np.stack(np.meshgrid(across, up[::-1]), axis=-1).reshape(225, 2)
drawn = decoder.predict_on_batch(points).reshape(15, 15, 28, 28)
figure_manifold, ax = plt.subplots(figsize=(9, 9))
mosaic = drawn.swapaxes(1, 2).reshape(15 * 28, 15 * 28)
ax.imshow(mosaic, vmin=0, vmax=1, extent=(*z1_range, *z2_range), aspect="auto")
ax.set(xlabel="$z_1$", ylabel="$z_2$")
plot.show(
    figure_manifold,
    alt="Fifteen by fifteen garments that turn smoothly into each other across the plane.",
    # pt: "Quinze por quinze peças que se transformam suavemente umas nas outras pelo plano."
)
### END SOLUTION
# %% exercise="A4" role="check" points=0.5
check.manifold(figure_manifold, z1_range, z2_range, encoder, decoder)
# check.manifold.hint()
# %% [markdown] lang="en"
# When A4 is right, this cell shows an explorer. Move the point on your map and watch the decoded garment. Which classes are neighbours?
# %% [markdown] lang="pt-BR"
# Quando A4 estiver certo, esta célula mostra um explorador. Mova o ponto pelo seu mapa e observe a roupa decodificada. Que classes são vizinhas?
# %%
if check.manifold.done:
    flat = keras.Sequential([decoder, layers.Flatten()])
    flat.build((None, 2))
    z = np.asarray(encoder.predict_on_batch(x_test[:2000].reshape(-1, *encoder.input_shape[1:])))
    ends = (float(min(z1_range[0], z2_range[0])), float(max(z1_range[1], z2_range[1])))
    explore.mnist.latent_plane(flat, z, fashion.y_test[:2000], fashion.class_names, *ends)
else:
    print("The explorer appears here when A4 is right.")
    # pt: "O explorador aparece aqui quando A4 estiver certo."
# %% [markdown] lang="en"
# ## Part B: a convolutional autoencoder
#
# ### Convolution, stride and transposed convolution
#
# A dense layer has a separate weight for every pixel and does not use the fact that pixels have neighbours. A **convolutional layer** applies the same small filters at every position of the image. A 3 × 3 filter on a grey image computes each output from nine neighbouring pixels, with nine weights and a bias. Each filter produces one output map, called a **channel**.
#
# The **stride** is the distance between neighbouring positions of the filter. With stride 2 and `padding="same"`, which adds zeros at the border, height and width are halved and rounded up: 28 → 14 → 7 → 4.
#
# The decoder has to increase the size again. In a **transposed convolution**, each input value adds a copy of the filter, multiplied by that value, to the output. With stride 2 the copies are two pixels apart, so 7 × 7 becomes 14 × 14 and then 28 × 28. In Keras these layers are `Conv2D` and `Conv2DTranspose`. Section 2 of lesson 04, "A convolutional autoencoder", shows a complete example.
#
# ### B1: build and train it (1.0 point)
#
# Build an autoencoder with convolutions in both the encoder and the decoder. Input and output have shape (28, 28, 1), and the code has at most 392 numbers, half the number of pixels. Train it for `EPOCHS_B` epochs, which takes one to two minutes in profile `class`.
#
# The check needs `conv_encoder`, `conv_decoder` and `conv_autoencoder`, and a mean squared error on test images below that of PCA with four numbers. Our encoder has five convolutional layers, our decoder has six, and our code has 32 numbers. Yours may be different.
# %% [markdown] lang="pt-BR"
# ## Parte B: um autoencoder convolucional
#
# ### Convolução, passo e convolução transposta
#
# Uma camada densa tem um peso próprio para cada pixel e não aproveita o fato de os pixels terem vizinhos. Uma **camada convolucional** aplica os mesmos filtros pequenos em todas as posições da imagem. Em uma imagem em tons de cinza, um filtro 3 × 3 calcula cada saída a partir de nove pixels vizinhos, com nove pesos e um viés. Cada filtro produz um mapa de saída, chamado **canal**.
#
# O **passo** (*stride*) é a distância entre posições vizinhas do filtro. Com passo 2 e `padding="same"`, que acrescenta zeros na borda, a altura e a largura caem à metade, arredondadas para cima: 28 → 14 → 7 → 4.
#
# O decodificador precisa aumentar o tamanho de novo. Na **convolução transposta**, cada valor de entrada soma à saída uma cópia do filtro multiplicada por esse valor. Com passo 2, as cópias ficam a dois pixels uma da outra; assim, 7 × 7 vira 14 × 14 e depois 28 × 28. No Keras, essas camadas são `Conv2D` e `Conv2DTranspose`. A seção 2 da aula 04, "Um autoencoder convolucional", mostra um exemplo completo.
#
# ### B1: monte e treine (1,0 ponto)
#
# Monte um autoencoder com convoluções no codificador e no decodificador. A entrada e a saída têm formato (28, 28, 1), e o código tem no máximo 392 números, metade do número de pixels. Treine por `EPOCHS_B` épocas, o que leva de um a dois minutos no perfil `class`.
#
# A verificação precisa de `conv_encoder`, `conv_decoder` e `conv_autoencoder`, e de um erro quadrático médio de teste menor que o da PCA com quatro números. O nosso codificador tem cinco camadas convolucionais, o decodificador tem seis, e o código tem 32 números. Os seus podem ser diferentes.
# %% exercise="B1" role="answer"
conv_encoder = conv_decoder = conv_autoencoder = None
keras.utils.set_random_seed(settings.seed())
### BEGIN SOLUTION
same = {"padding": "same", "activation": "relu"}
conv_encoder = keras.Sequential([keras.Input((28, 28, 1))])
conv_encoder.add(layers.Conv2D(16, 3, strides=2, **same))  # 14 x 14
conv_encoder.add(layers.Conv2D(16, 3, **same))
conv_encoder.add(layers.Conv2D(32, 3, strides=2, **same))  # 7 x 7
conv_encoder.add(layers.Conv2D(32, 3, **same))
conv_encoder.add(layers.Conv2D(64, 3, strides=2, **same))  # 4 x 4
conv_encoder.add(layers.Flatten())
conv_encoder.add(layers.Dense(128, "relu"))
conv_encoder.add(layers.Dense(32))
conv_decoder = keras.Sequential([keras.Input((32,)), layers.Dense(128, "relu")])
conv_decoder.add(layers.Dense(7 * 7 * 32, "relu"))
conv_decoder.add(layers.Reshape((7, 7, 32)))
conv_decoder.add(layers.Conv2D(32, 3, **same))
conv_decoder.add(layers.Conv2DTranspose(32, 3, strides=2, **same))  # 14 x 14
conv_decoder.add(layers.Conv2D(16, 3, **same))
conv_decoder.add(layers.Conv2DTranspose(16, 3, strides=2, **same))  # 28 x 28
conv_decoder.add(layers.Conv2D(8, 3, **same))
conv_decoder.add(layers.Conv2D(1, 3, padding="same"))
conv_decoder.add(layers.Activation("sigmoid"))
conv_autoencoder = keras.Sequential([conv_encoder, conv_decoder], name="conv")
### END SOLUTION
# %% exercise="B1" role="answer"
# Train conv_autoencoder here.
# pt: Treine conv_autoencoder aqui.
### BEGIN SOLUTION
squares, squares_val = (x.reshape(-1, 28, 28, 1) for x in (x_train, x_val))
conv_history = train(conv_autoencoder, squares, squares_val, EPOCHS_B, peak=2e-3, jit=False)
### END SOLUTION
# %% exercise="B1" role="check" points=1.0
check.convolutions(conv_encoder, conv_decoder, conv_autoencoder)
# check.convolutions.hint()
# %% tags=["solution"]
plot.history(
    {"dense, 2": history, "convolutions, 32": conv_history},  # pt: "densa, 2", "convoluções, 32"
    ylabel="binary cross-entropy",
    alt="The convolutional network falls below the dense one within its first epochs.",
    # pt: "A rede convolucional fica abaixo da densa já nas primeiras épocas."
)
test_squares = x_test.reshape(-1, 28, 28, 1)
F11_loss = conv_autoencoder.evaluate(test_squares, test_squares, batch_size=500, verbose=0)
# %% tags=["solution", "claims"]
claims.compare(fashion.source, F11_loss=F11_loss, F11_params=conv_autoencoder.count_params())
# %% [markdown] lang="en"
# ### Does a reconstruction keep its class?
#
# The reconstruction error is an average over pixels. It does not say whether **a reconstructed sandal still looks like a sandal**. To measure this we train a small classifier on original training images.
#
# In our run the classifier is right for {{ accuracy }} of the original test images. Since it sometimes makes mistakes, we do not compare its answer with the true label. We ask whether it predicts *the same class* for a test image and for its reconstruction. If so, the class is kept.
# %% [markdown] lang="pt-BR"
# ### A reconstrução mantém a classe?
#
# O erro de reconstrução é uma média sobre os pixels. Ele não diz se **uma sandália reconstruída ainda parece uma sandália**. Para medir isso, treinamos um pequeno classificador com imagens originais de treino.
#
# Na nossa execução, o classificador acerta {{ accuracy }} das imagens de teste originais. Como ele erra às vezes, não comparamos a resposta com o rótulo verdadeiro. Perguntamos se ele prevê *a mesma classe* para a imagem de teste e para a sua reconstrução. Se sim, a classe foi mantida.
# %%
keras.utils.set_random_seed(settings.seed())
classifier = keras.Sequential(
    [keras.Input((784,)), layers.Dense(128, "relu"), layers.Dense(10, "softmax")], name="classifier"
)
classifier.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
classifier.fit(
    fashion.x_train.reshape(-1, 784),
    fashion.y_train,
    batch_size=BATCH,
    epochs=settings.pick(quick=10, class_=6, full=20),
    verbose=0,
)
accuracy = classifier.evaluate(clothes, fashion.y_test, batch_size=1000, verbose=0)[1]
text.say("right for {:.1%} of the original test images", accuracy)
# pt: "acerta {:.1%} das imagens de teste originais"
# %% tags=["claims"]
claims.check(fashion.source, accuracy=accuracy)
# %% [markdown] lang="en"
# ### B2: the comparison (0.5 points)
#
# Fill two dictionaries with the keys `"dense"` (the network of part A) and `"conv"` (the network of part B). Compute each value over **all test images**:
#
# - `errors`: the mean squared error over images and pixels;
# - `kept`: the share of images, between 0 and 1, for which `classifier` predicts the same class before and after reconstruction. Its input is rows of 784 numbers and its output is ten probabilities for each row.
# %% [markdown] lang="pt-BR"
# ### B2: a comparação (0,5 ponto)
#
# Preencha dois dicionários com as chaves `"dense"` (a rede da parte A) e `"conv"` (a rede da parte B). Calcule cada valor sobre **todas as imagens de teste**:
#
# - `errors`: o erro quadrático médio sobre imagens e pixels;
# - `kept`: a fração das imagens, entre 0 e 1, em que `classifier` prevê a mesma classe antes e depois da reconstrução. A entrada dele são linhas de 784 números, e a saída são dez probabilidades por linha.
# %% exercise="B2" role="answer"
errors, kept = {}, {}
### BEGIN SOLUTION
test_shapes = {"dense": x_test, "conv": x_test.reshape(-1, 28, 28, 1)}
models = {"dense": autoencoder, "conv": conv_autoencoder}


def says(x):
    """Class that the classifier predicts for each row."""
    # pt: """Classe que o classificador prevê para cada linha."""
    return np.asarray(classifier(x)).argmax(axis=1)


def rebuild(key):
    """Reconstructions of the test images by one of the two networks, as rows."""
    # pt: """Reconstruções das imagens de teste por uma das duas redes, em linhas."""
    return models[key].predict(test_shapes[key], batch_size=500, verbose=0).reshape(-1, 784)


for key in models:
    x_hat = rebuild(key)
    errors[key] = float(np.mean((x_test - x_hat) ** 2))
    kept[key] = float(np.mean(says(x_test) == says(x_hat)))
### END SOLUTION
# %% exercise="B2" role="check" points=0.5
check.comparison(errors, kept, autoencoder, conv_autoencoder, classifier)


# check.comparison.hint()
# %% [markdown] lang="en"
# When B2 is right, the next cells compare your networks with baselines: the mean garment, and PCA with as many numbers as each code.
# %% [markdown] lang="pt-BR"
# Quando B2 estiver certo, as próximas células comparam as suas redes com linhas de base: a roupa média e a PCA com tantos números quantos tem cada código.
# %%
def baseline(k):
    """Error and share of kept classes of PCA with `k` numbers."""
    # pt: """Erro e fração de classes mantidas da PCA com `k` números."""
    pca = PCA(k, random_state=0).fit(x_train)
    x_pca = pca.inverse_transform(pca.transform(clothes)).astype("float32")
    before, after = (np.asarray(classifier(x)).argmax(axis=1) for x in (clothes, x_pca))
    return float(np.mean((clothes - x_pca) ** 2)), float(np.mean(before == after))


def row(name, error, share, numbers, parameters, took=None):
    """One line of the table: error, classes kept, bytes of a code, parameters, seconds."""
    # pt: """Uma linha da tabela: erro, classes mantidas, bytes do código, parâmetros, segundos."""
    cells = [text.number(error, ".4f"), text.number(share, ".1%"), str(4 * numbers)]
    return [name, *cells, text.number(parameters, ",d"), "–" if took is None else f"{took:.0f}"]


# %%
if check.comparison.done and check.convolutions.done:
    numbers = int(np.prod(conv_encoder.output_shape[1:]))
    small, large = baseline(2), baseline(numbers)
    rows = [
        row("PCA, 2", *small, 2, 784 * 3),
        row(
            "A", errors["dense"], kept["dense"], 2, autoencoder.count_params(), seconds.get(autoencoder.name)
        ),
        row(f"PCA, {numbers}", *large, numbers, 784 * (numbers + 1)),
        row(
            "B",
            errors["conv"],
            kept["conv"],
            numbers,
            conv_autoencoder.count_params(),
            seconds.get(conv_autoencoder.name),
        ),
    ]
    header = ("model", "MSE", "class kept", "bytes per code", "parameters", "seconds")  # pt: "classe mantida"
    mean_error = text.number(float(np.mean((clothes - mean_garment) ** 2)), ".4f")
    text.table(header, rows, f"Test images; the mean garment has an MSE of {mean_error}")
    # pt: f"Imagens de teste; a roupa média tem MSE de {mean_error}"
else:
    print("The table appears here when B1 and B2 are right.")
    # pt: "A tabela aparece aqui quando B1 e B2 estiverem certos."
# %%
if check.comparison.done and check.convolutions.done:
    ten = [np.flatnonzero(fashion.y_test == label)[0] for label in range(10)]
    x_dense, x_conv = (
        model.predict_on_batch(clothes[ten].reshape(-1, *model.input_shape[1:]))
        for model in (autoencoder, conv_autoencoder)
    )
    plot.image_rows(
        {
            "original": clothes[ten].reshape(-1, 28, 28),
            "A": x_dense.reshape(-1, 28, 28),
            "B": x_conv.reshape(-1, 28, 28),
        },
        alt="A garment of each class, its reconstruction from two numbers, and that of the convolutional network, which is sharper.",
        # pt: "Uma peça de cada classe, sua reconstrução a partir de dois números e a da rede convolucional, mais nítida."
    )
# %% tags=["solution", "claims"]
found = dict(pca2_mse=small[0], F6_mse=errors["dense"], pca2_kept=small[1], F6_kept=kept["dense"])
found |= dict(pca32_mse=large[0], F11_mse=errors["conv"], pca32_kept=large[1], F11_kept=kept["conv"])
claims.compare(fashion.source, **found)
# %% [markdown] lang="en"
# ### What the comparison shows
#
# With a code of two numbers, our dense network is clearly better than PCA. Its squared error is {{ F6_mse }} against {{ pca2_mse }}, and it keeps the class of {{ F6_kept }} of the test images against {{ pca2_kept }}.
#
# With 32 numbers the result depends on the measure. The convolutional network has the smaller squared error, {{ F11_mse }} against {{ pca32_mse }} for PCA, and this holds in all our runs. The share of classes kept is about equal, {{ F11_kept }} against {{ pca32_kept }}, and the order changes with the seed. A smaller error therefore does not guarantee that more classes are kept. PCA also needs fewer parameters and no gradient descent.
#
# Your values will be different, above all if your code has another size.
#
# ## Part C: written answers
#
# Write your answer between the quotes, with at least thirty words and a reason for each statement. The cell below each answer only counts words. Your teacher reads and grades the answers.
#
# Each question asks for values of your own run. Keep the outputs that show them in the notebook. Your teacher may also ask you in person about your networks and figures.
#
# ### C1: what two numbers keep (0.25 points)
#
# Look at your figures of A3 and A4. Choose two of your ten garments that are reconstructed as something else or lose a detail. Give their positions in the figure and say what happened to them. At which values of $z_1$ and $z_2$ are the trousers on your map? What information about a garment do two numbers keep, and why this information?
# %% [markdown] lang="pt-BR"
# ### O que a comparação mostra
#
# Com um código de dois números, a nossa rede densa é claramente melhor que a PCA. O erro quadrático é {{ F6_mse }}, contra {{ pca2_mse }}, e a classe é mantida em {{ F6_kept }} das imagens de teste, contra {{ pca2_kept }}.
#
# Com 32 números, o resultado depende da medida. A rede convolucional tem o menor erro quadrático, {{ F11_mse }} contra {{ pca32_mse }} da PCA, e isso vale em todas as nossas execuções. A fração de classes mantidas é quase a mesma, {{ F11_kept }} contra {{ pca32_kept }}, e a ordem muda com a semente. Portanto, um erro menor não garante que mais classes sejam mantidas. A PCA também tem menos parâmetros e dispensa a descida do gradiente.
#
# Os seus valores serão diferentes, sobretudo se o seu código tiver outro tamanho.
#
# ## Parte C: respostas escritas
#
# Escreva a resposta entre as aspas, com pelo menos trinta palavras e um motivo para cada afirmação. A célula abaixo de cada resposta só conta as palavras. O professor lê e corrige as respostas.
#
# Cada pergunta pede valores da sua própria execução. Deixe no notebook as saídas que os mostram. O professor também pode fazer perguntas pessoalmente sobre as suas redes e figuras.
#
# ### C1: o que dois números guardam (0,25 ponto)
#
# Observe as suas figuras de A3 e A4. Escolha duas das suas dez peças que são reconstruídas como outra coisa ou perdem um detalhe. Dê a posição delas na figura e diga o que aconteceu. Em que valores de $z_1$ e $z_2$ estão as calças no seu mapa? Que informação sobre uma peça dois números guardam, e por que justamente essa?
# %% exercise="C1" role="answer" points=0.25 graded="by hand"
answer_c1 = """
"""
# %% tags=["solution"]
answer_c1 = """
Two numbers keep the outline and the mean brightness: boots, bags, trousers and tops are told apart,
because these differ in the most pixels, and the loss counts pixels. Shirts, coats and pullovers come
back as one soft top with sleeves, sandals as flat sneakers. Prints, buttons, straps and laces never
come back: they change few pixels, differ from piece to piece, and no place in a plane is left for them.
"""
# pt: """
# pt: Dois números guardam o contorno e o brilho médio: botas, bolsas, calças e blusas se distinguem, porque
# pt: diferem no maior número de pixels, e o custo conta pixels. Camisas, casacos e suéteres voltam como uma
# pt: só blusa macia de mangas, sandálias como tênis baixos. Estampas, botões, tiras e cadarços nunca voltam:
# pt: mudam poucos pixels, variam de peça a peça, e no plano não sobra lugar para eles.
# pt: """
# %% exercise="C1" role="check"
check.answer_1(answer_c1)
# check.answer_1.hint()
# %% [markdown] lang="en" tags=["solution"]
# **Grading C1.** Half: names two confused garments or lost details, with positions that agree with the student's own figures. Half: gives a reason based on the loss (an average over pixels) or on the size of the code.
#
# Our answers to C1, C2 and C3 leave the values out, because each student has other ones. Compare the student's values with the saved outputs of the notebook that was handed in.
# %% [markdown] lang="pt-BR" tags=["solution"]
# **Correção de C1.** Metade: cita duas peças confundidas ou detalhes perdidos, em posições que conferem com as figuras do próprio aluno. Metade: dá um motivo baseado na função de custo (média sobre pixels) ou no tamanho do código.
#
# As nossas respostas a C1, C2 e C3 não trazem os valores, pois são outros para cada aluno. Compare os valores do aluno com as saídas gravadas no notebook entregue.
# %% [markdown] lang="en"
# ### C2: a fair comparison? (0.25 points)
#
# A friend reads your table and concludes: "convolutions are better than dense layers". Does the table show this? Quote from your own table the errors and the code sizes that support your answer. Which two networks would you train to find out?
# %% [markdown] lang="pt-BR"
# ### C2: uma comparação justa? (0,25 ponto)
#
# Um amigo lê a sua tabela e conclui: "convoluções são melhores que camadas densas". A tabela mostra isso? Cite da sua própria tabela os erros e os tamanhos dos códigos que sustentam a resposta. Que duas redes você treinaria para descobrir?
# %% exercise="C2" role="answer" points=0.25 graded="by hand"
answer_c2 = """
"""
# %% tags=["solution"]
answer_c2 = """
It does not. Two things changed at once: the kind of layers, and the code, from 2 numbers to 32. Even PCA
gains most of the difference from the larger code alone. I would train a dense and a convolutional
network with codes of equal size, about as many parameters and the same number of epochs, each with
several seeds, and compare their errors on the same test images, beside PCA with that size.
"""
# pt: """
# pt: Não prova. Duas coisas mudaram ao mesmo tempo: o tipo de camada e o código, de 2 números para 32. Só com o
# pt: código maior, até a PCA ganha a maior parte da diferença. Eu treinaria uma rede densa e uma convolucional
# pt: com códigos do mesmo tamanho, mais ou menos os mesmos parâmetros e as mesmas épocas, cada uma com várias
# pt: sementes, e compararia os erros nas mesmas imagens de teste, ao lado da PCA desse tamanho.
# pt: """
# %% exercise="C2" role="check"
check.answer_2(answer_c2)
# check.answer_2.hint()
# %% [markdown] lang="en" tags=["solution"]
# **Grading C2.** Half: notices that the size of the code changed as well (the number of parameters and the training time also count), with values of the student's own table. Half: proposes an experiment in which only one thing changes.
# %% [markdown] lang="pt-BR" tags=["solution"]
# **Correção de C2.** Metade: percebe que o tamanho do código também mudou (o número de parâmetros e o tempo de treino também contam), com valores da tabela do próprio aluno. Metade: propõe um experimento em que só uma coisa muda.
# %% [markdown] lang="en"
# ### C3: the loss and the test set (0.5 points)
#
# Compute the test loss of your network of part A with `bce`, and give it together with the floor and the loss of the mean garment. Your loss is far above the loss of lesson 02 on digits, although the network is almost the same. Is the network worse on clothes? Use your three values in the answer.
#
# Second question: many tutorials pass the test images to `fit` as `validation_data`. These images do not change any weight. Why is this still a problem? Name a choice in your own work that would then depend on the test images.
# %% [markdown] lang="pt-BR"
# ### C3: o custo e o conjunto de teste (0,5 ponto)
#
# Calcule com `bce` o custo de teste da sua rede da parte A e informe-o junto com o piso e o custo da roupa média. O seu custo fica muito acima do custo da aula 02 com dígitos, embora a rede seja quase a mesma. A rede é pior com roupas? Use os seus três valores na resposta.
#
# Segunda pergunta: muitos tutoriais passam as imagens de teste a `fit` em `validation_data`. Essas imagens não alteram nenhum peso. Por que, mesmo assim, isso é um problema? Cite uma escolha do seu próprio trabalho que passaria a depender das imagens de teste.
# %% exercise="C3" role="answer" points=0.5 graded="by hand"
answer_c3 = """
"""
# %% tags=["solution"]
answer_c3 = """
The losses cannot be compared directly. A grey pixel costs its entropy even if it is predicted exactly,
and clothes have many grey pixels, so their floor is several times that of digits. What says how well the
network does is the way from the mean image down to the floor that it has gone, or the squared error
beside that of PCA. Validation images decide when to stop and which settings to keep. If they are the
test images, we choose what suits just these, and the result is too good for new clothes.
"""
# pt: """
# pt: Os dois custos não se comparam diretamente. Um pixel cinza custa a sua entropia mesmo quando previsto com
# pt: exatidão, e roupas têm muitos pixels cinza; seu piso é várias vezes o dos dígitos. O que diz quão bem a
# pt: rede se sai é quanto ela andou da imagem média até o piso, ou o erro quadrático ao lado do da PCA. As
# pt: imagens de validação decidem quando parar e que ajustes manter. Se forem as de teste, escolhemos o que
# pt: convém justamente a elas, e o resultado fica bom demais para roupas novas.
# pt: """
# %% exercise="C3" role="check"
check.answer_3(answer_c3)
# check.answer_3.hint()
# %% [markdown] lang="en" tags=["solution"]
# **Grading C3.** Half: the floor of the cross-entropy depends on how grey the pixels are, so losses on different data cannot be compared directly; the student's three values are used. Half: choices such as epochs or layer sizes that are based on the test images make the test result too optimistic.
# %% [markdown] lang="pt-BR" tags=["solution"]
# **Correção de C3.** Metade: o piso da entropia cruzada depende de quão cinza são os pixels; por isso, custos em dados diferentes não podem ser comparados diretamente; os três valores do aluno são usados. Metade: escolhas baseadas nas imagens de teste, como épocas ou tamanhos de camada, tornam o resultado de teste otimista demais.
# %% [markdown] lang="en"
# ## Your points so far
#
# The table shows the result of each check the last time you ran its cell.
# %% [markdown] lang="pt-BR"
# ## Seus pontos até agora
#
# A tabela mostra o resultado de cada verificação na última vez em que você executou a célula.
# %%
points = check.summary()
# %% tags=["solution"]
assert points == 4.0
# %% [markdown] lang="en"
# ### Before you hand in
#
# 1. Run *Kernel → Restart Kernel and Run All Cells* (in Colab: *Runtime → Restart session and run all*). Points are given for what a fresh run produces.
# 2. Look at the table of points again.
# 3. Your name here: …
# 4. Save, and hand in this file only (in Colab: *File → Download → Download .ipynb*). Do not change its name.
#
# ## Summary
#
# - The same architecture works for digits and clothes. What changes is the data, the floor of the loss and the region of the codes.
# - Before you draw a map of the latent space, find out where the codes are.
# - A convolution uses the neighbourhood of each pixel. Only a controlled comparison can show that convolution made the difference.
# - Reconstruction error and the share of classes kept measure different things. Compare both with PCA of the same size.
#
# ## References
#
# The homework of part A follows the lecture *aula 11* of the course PSI3472. The convolutional network and the question whether a class is kept follow João Linhares, "Autoencoders", Universidade do Minho.
#
# - H. Xiao, K. Rasul, R. Vollgraf, *Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms*, arXiv:1708.07747, 2017.
# - J. Masci, U. Meier, D. Cireşan, J. Schmidhuber, *Stacked convolutional auto-encoders for hierarchical feature extraction*, ICANN 2011.
# - V. Dumoulin, F. Visin, *A guide to convolution arithmetic for deep learning*, arXiv:1603.07285, 2016.
#
# Next: lesson 04, denoising images. Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# ### Antes de entregar
#
# 1. Execute *Kernel → Restart Kernel and Run All Cells* (no Colab: *Ambiente de execução → Reiniciar sessão e executar tudo*). A nota considera o que uma execução do zero produz.
# 2. Confira de novo a tabela de pontos.
# 3. Seu nome aqui: …
# 4. Salve e entregue só este arquivo (no Colab: *Arquivo → Fazer download → Fazer download do .ipynb*). Não mude o nome dele.
#
# ## Resumo
#
# - A mesma arquitetura funciona com dígitos e com roupas. Mudam os dados, o piso do custo e a região dos códigos.
# - Descubra onde estão os códigos antes de desenhar um mapa do espaço latente.
# - Uma convolução usa a vizinhança de cada pixel. Só uma comparação controlada pode mostrar que a diferença vem da convolução.
# - O erro de reconstrução e a fração de classes mantidas medem coisas diferentes. Compare os dois com a PCA de mesmo tamanho.
#
# ## Referências
#
# A lição da parte A segue a *aula 11* da disciplina PSI3472. A rede convolucional e a pergunta sobre a classe mantida seguem João Linhares, "Autoencoders", Universidade do Minho.
#
# - H. Xiao, K. Rasul, R. Vollgraf, *Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms*, arXiv:1708.07747, 2017.
# - J. Masci, U. Meier, D. Cireşan, J. Schmidhuber, *Stacked convolutional auto-encoders for hierarchical feature extraction*, ICANN 2011.
# - V. Dumoulin, F. Visin, *A guide to convolution arithmetic for deep learning*, arXiv:1603.07285, 2016.
#
# A seguir: a aula 04, remoção de ruído em imagens. Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
