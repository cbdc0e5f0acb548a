# %% [markdown] lang="en"
# # What is an autoencoder?
#
# [Open in Colab]({{ colab }}) · Lesson 00 · reading: {{ reading_minutes }} min · running: {{ minutes.class }} min
# (profile `class`, 2 cores, no GPU; peak memory {{ peak_gb }} GB)
#
# Train a network to output its own input, and make it pass everything through 32 numbers on the way. Why would anyone want that?
#
# **After this lesson you can**
#
# - name the four parts of every autoencoder: encoder, code, decoder and loss;
# - train one in ten lines of Keras;
# - explain in which sense it is learned, lossy and specific to its data;
# - say what autoencoders are used for, and in which lesson to find it.
#
# **Prerequisites:** you know that a neural network has weights and that training adjusts them.
#
# **You will need:** a computer with Python {{ python }}, or a free Colab. No GPU. Twenty minutes.
# %% [markdown] lang="pt-BR"
# # O que é um autoencoder?
#
# [Abrir no Colab]({{ colab }}) · Aula 00 · leitura: {{ reading_minutes }} min · execução: {{ minutes.class }} min
# (perfil `class`, 2 núcleos, sem GPU; pico de memória de {{ peak_gb }} GB)
#
# Treine uma rede para devolver a própria entrada e obrigue-a a passar tudo por 32 números no caminho. Para que serve isso?
#
# **Ao final desta aula, você saberá**
#
# - dar nome às quatro partes de todo autoencoder: codificador, código, decodificador e função de custo;
# - treinar um autoencoder em dez linhas de Keras;
# - explicar em que sentido ele é aprendido, com perdas e específico dos seus dados;
# - dizer para que servem os autoencoders e em que aula ver cada uso.
#
# **Pré-requisitos:** saber que uma rede neural tem pesos e que o treino os ajusta.
#
# **Você vai precisar de:** um computador com Python {{ python }}, ou do Colab gratuito. Não é preciso GPU. Vinte minutos.
# %% tags=["setup"]
import start  # noqa: F401 (finds the course's folder)

from utils import environment

environment.start("00_what_is_an_autoencoder")
# %% [markdown] lang="en"
# If every line of the table says *ok*, go on. Otherwise its last column says what to do.
# %% [markdown] lang="pt-BR"
# Se todas as linhas da tabela dizem *ok*, siga em frente. Se não, a última coluna diz o que fazer.
# %%
import io

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers
from PIL import Image
from sklearn.decomposition import PCA

from utils import claims, data, plot, settings, text

# %% [markdown] lang="en"
# ## 1. Encoder, code, decoder, loss
#
# We use images of handwritten digits, MNIST. Each has 28 × 28 pixels, a row of 784 numbers between 0 (paper) and 1 (ink). The last twelfth
# of the training images is for **validation**, which shows during training how the network does on images that it does not train on.
# %% [markdown] lang="pt-BR"
# ## 1. Codificador, código, decodificador, função de custo
#
# Usamos imagens de dígitos manuscritos, o MNIST. Cada uma tem 28 × 28 pixels, uma linha de 784 números entre 0 (papel) e 1 (tinta). O último doze avos
# das imagens de treino serve para a **validação**, que mostra durante o treino como a rede se sai em imagens com que ela não treina.
# %%
digits = data.mnist.load()
print(digits.provenance)
x = digits.x_train.reshape(-1, 784)
n_val = len(x) // 12
x_train, x_val = x[:-n_val], x[-n_val:]
x_test = digits.x_test.reshape(-1, 784)
print(f"x_train {x_train.shape}, x_val {x_val.shape}, x_test {x_test.shape}")
# %% [markdown] lang="en"
# An **autoencoder** has two halves. The **encoder** turns the 784 pixels $x$ into a **code** $z$ of only 32 numbers. The **decoder** sees nothing but
# these 32 numbers and returns 784 pixels, the **reconstruction** $\hat x$:
#
# $$x \;\xrightarrow{\ \text{encoder}\ }\; z \;\xrightarrow{\ \text{decoder}\ }\; \hat x.$$
#
# The **loss** measures how different $\hat x$ is from $x$. Here it is the mean squared error (MSE) over the pixels. Training changes the weights of both
# halves so that the loss falls. Nobody has to label anything: the target is the input.
#
# Here is the whole program. Each half has one hidden layer of 128 units. Training takes about ten seconds.
# %% [markdown] lang="pt-BR"
# Um **autoencoder** tem duas metades. O **codificador** transforma os 784 pixels $x$ num **código** $z$ de apenas 32 números. O **decodificador** só vê
# esses 32 números e devolve 784 pixels, a **reconstrução** $\hat x$:
#
# $$x \;\xrightarrow{\ \text{codificador}\ }\; z \;\xrightarrow{\ \text{decodificador}\ }\; \hat x.$$
#
# A **função de custo** (*loss*) mede quanto $\hat x$ difere de $x$. Aqui ela é o erro quadrático médio (MSE) dos pixels. O treino muda os pesos das duas
# metades para que o custo caia. Ninguém precisa rotular nada: o alvo é a entrada.
#
# Eis o programa inteiro. Cada metade tem uma camada oculta de 128 unidades. O treino leva uns dez segundos.
# %%
keras.utils.set_random_seed(settings.seed())
encoder = keras.Sequential([keras.Input((784,)), layers.Dense(128, "relu"), layers.Dense(32)])
decoder = keras.Sequential([keras.Input((32,)), layers.Dense(128, "relu"), layers.Dense(784, "sigmoid")])
autoencoder = keras.Sequential([encoder, decoder], name="autoencoder")

autoencoder.compile("adam", "mse")
epochs = settings.pick(quick=30, class_=8, full=40)
batch = settings.pick(quick=32, class_=256, full=256)
history = autoencoder.fit(
    x_train, x_train, batch_size=batch, epochs=epochs, validation_data=(x_val, x_val), verbose=0
)
# %%
plot.history(
    {"autoencoder": history},
    ylabel="mean squared error",  # pt: "erro quadrático médio"
    alt="Training and validation loss fall together, steeply at first.",
    # pt: "Os custos de treino e de validação caem juntos, depressa no início."
)


# %% [markdown] lang="en"
# The two curves fall together. What the network learns on the training images also holds for the validation images. Now we follow one **test** image, which was used for neither, through
# the two halves.
# %% [markdown] lang="pt-BR"
# As duas curvas caem juntas. O que a rede aprende nas imagens de treino vale também para as de validação. Agora acompanhamos uma imagem de **teste**,
# que não foi usada em nenhum dos dois, pelas duas metades.
# %% built={"en": "an autoencoder in ten lines of Keras", "pt-BR": "um autoencoder em dez linhas de Keras"}
z = encoder.predict(x_test[:1], verbose=0)
x_hat = decoder.predict(z, verbose=0)

fig, axes = plt.subplots(1, 5, figsize=(12, 3.6), width_ratios=(3, 1.3, 1.6, 1.3, 3))
for ax, image, title in (
    (axes[0], x_test[0], "x: 784 pixels"),
    (axes[4], x_hat[0], "$\\hat{x}$: 784 pixels"),
):
    ax.imshow(image.reshape(28, 28), vmin=0, vmax=1)
    ax.set(title=title, xticks=[], yticks=[])
for ax, half in ((axes[1], "encoder"), (axes[3], "decoder")):  # pt: "codificador", "decodificador"
    ax.text(0.5, 0.5, f"{half}\n→", ha="center", va="center", fontsize=17)
    ax.axis("off")
spread = np.abs(z).max()
code = axes[2].imshow(z.reshape(8, 4), cmap="PuOr_r", vmin=-spread, vmax=spread)
axes[2].set(title="z: 32 numbers", xticks=[], yticks=[])  # pt: "z: 32 números"
fig.colorbar(code, ax=axes[2], fraction=0.12)
plot.show(
    fig,
    alt="A handwritten digit, its code as 32 coloured squares, and the reconstruction, a slightly blurred copy.",
    # pt: "Um dígito manuscrito, o código em 32 quadrados coloridos e a reconstrução, uma cópia um pouco borrada."
)
# %% [markdown] lang="en"
# The 32 numbers in the middle are all that the decoder knows. Together with the weights of the decoder they are enough to draw this digit.
#
# ## 2. Three properties
#
# **Predict before you run:** the network has seen only digits. What does it make of a shoe?
#
# We give it test digits and photographs of clothes (Fashion-MNIST), and compare it with two methods. **PCA** with 32 numbers is the linear method of
# lesson 01, fitted to the same digits. **JPEG** is the common format for photographs; we use its quality `10`.
# %% [markdown] lang="pt-BR"
# Os 32 números do meio são tudo o que o decodificador conhece. Com os pesos do decodificador, eles bastam para desenhar este dígito.
#
# ## 2. Três propriedades
#
# **Antes de executar, arrisque:** a rede só viu dígitos. O que ela faz de um tênis?
#
# Damos a ela dígitos de teste e fotos de roupas (Fashion-MNIST) e a comparamos com dois métodos. A **PCA** com 32 números é o método linear da aula 01,
# ajustado aos mesmos dígitos. O **JPEG** é o formato usual de fotografias; usamos a qualidade `10`.
# %%
clothes = data.mnist.load_fashion().x_test[:1000].reshape(-1, 784)
some_digits = x_test[:1000]
pca = PCA(32, random_state=0).fit(x_train)


def jpeg(image):
    """Bytes of the image as JPEG, and the image that they give back."""
    # pt: """Bytes da imagem em JPEG e a imagem que eles devolvem."""
    file = io.BytesIO()
    Image.fromarray((255 * image).astype("uint8").reshape(28, 28)).save(file, "JPEG", quality=10)
    return file.tell(), np.asarray(Image.open(file), "float32").ravel() / 255


def reconstruct(images):
    """The images rebuilt by each method, and the mean bytes of a JPEG."""
    # pt: """As imagens refeitas por cada método e os bytes médios de um JPEG."""
    sizes, packed = zip(*map(jpeg, images))
    rebuilt = {"autoencoder": autoencoder.predict(images, verbose=0)}
    rebuilt["PCA"] = pca.inverse_transform(pca.transform(images))
    rebuilt["JPEG"] = np.stack(packed)
    return rebuilt, np.mean(sizes)


# %%
digits_rebuilt, digit_bytes = reconstruct(some_digits)
clothes_rebuilt, clothes_bytes = reconstruct(clothes)
mse_digits = {name: np.mean((some_digits - y) ** 2) for name, y in digits_rebuilt.items()}
mse_clothes = {name: np.mean((clothes - y) ** 2) for name, y in clothes_rebuilt.items()}
sizes = {"autoencoder": 4 * 32, "PCA": 4 * 32, "JPEG": digit_bytes}
rows = [
    (name, text.number(sizes[name], ".0f"), text.number(error, ".4f"), text.number(mse_clothes[name], ".4f"))
    for name, error in mse_digits.items()
]
text.table(("method", "bytes per digit", "MSE, digits", "MSE, clothes"), rows, "Test images")
# pt: "método", "bytes por dígito", "MSE, dígitos", "MSE, roupas"
# %% tags=["claims"]
claims.check(
    digits.source,
    digits_network=mse_digits["autoencoder"],
    digits_pca=mse_digits["PCA"],
    digits_jpeg=mse_digits["JPEG"],
    clothes_network=mse_clothes["autoencoder"],
    clothes_pca=mse_clothes["PCA"],
    clothes_jpeg=mse_clothes["JPEG"],
    jpeg_bytes=digit_bytes,
)
# %% cover=[0.165, 0.01, 0.582, 0.99] built={"en": "an autoencoder in ten lines of Keras", "pt-BR": "um autoencoder em dez linhas de Keras"}
plot.image_rows(
    {
        "digits": some_digits[:8].reshape(-1, 28, 28),  # pt: "dígitos"
        "digits, rebuilt": digits_rebuilt["autoencoder"][:8].reshape(-1, 28, 28),  # pt: "dígitos refeitos"
        "clothes": clothes[:8].reshape(-1, 28, 28),  # pt: "roupas"
        "clothes, rebuilt": clothes_rebuilt["autoencoder"][:8].reshape(-1, 28, 28),  # pt: "roupas refeitas"
    },
    alt="Digits and their faithful reconstructions; below, clothes and reconstructions that are blotches without their shape.",
    # pt: "Dígitos e reconstruções fiéis; abaixo, roupas e reconstruções que são manchas sem a forma delas."
)


# %% [markdown] lang="en"
# - **Learned.** We wrote down no rule about strokes. The network found its code in the training images. On test digits its error is
#   {{ digits_network }}; PCA has {{ digits_pca }} with as many numbers.
# - **Lossy.** The reconstruction is not the original. Fine details are lost and edges are blurred. A code is 4 × 32 = 128 bytes; the pixels
#   take 784, one byte each.
# - **Specific to its data.** On clothes the same network has an error of {{ clothes_network }}, even larger than that of PCA ({{ clothes_pca }}). JPEG knows nothing about digits and needs {{ jpeg_bytes }} bytes,
#   largely for its header, but its error on clothes is only {{ clothes_jpeg }}.
#
# So an autoencoder rarely replaces JPEG. The interesting part is the code: 32 numbers that describe a digit, found without labels.
#
# ## 3. What autoencoders are used for
#
# | use | idea | lesson |
# | --- | --- | --- |
# | fewer dimensions, maps | look at the codes | 01, 02, 03 |
# | denoising, filling gaps | corrupt the input, keep the target | 04 |
# | detecting anomalies | what is badly reconstructed is unusual | 05 |
# | sound and sequences | other layers, the same principle | 06, 07 |
# | generating images | draw a code, decode it | 08, 09, 10 |
# | learning with few labels | train the encoder first, without labels | 11 |
#
# Each lesson is self-contained. Lessons 01 to 03 introduce the tools that the others use.
#
# ## Check yourself
#
# Answer first, then open.
#
# **1.** Why is the code smaller than the input?
#
# <details><summary>Answer</summary>If the code had 784 numbers, the network could copy the pixels and would have no need to find what digits have in common. A small code is a bottleneck. Lessons 02 and 04 show other restrictions: a penalty on the code, and noise.</details>
#
# **2.** An autoencoder is trained on faces. You give it a photo of a car. What do you expect?
#
# <details><summary>Answer</summary>A bad reconstruction, because its code describes faces. Lesson 05 turns this into a method: a large reconstruction error indicates an unusual input.</details>
#
# **3.** Where do the labels come in?
#
# <details><summary>Answer</summary>Nowhere in the training. The target is the input itself. This is called unsupervised or self-supervised learning.</details>
# %% [markdown] lang="pt-BR"
# - **Aprendido.** Não escrevemos nenhuma regra sobre traços. A rede achou o código nas imagens de treino. Nos dígitos de teste, o erro é
#   {{ digits_network }}; o da PCA, com a mesma quantidade de números, é {{ digits_pca }}.
# - **Com perdas.** A reconstrução não é o original. Detalhes finos se perdem e os contornos ficam borrados. Um código ocupa 4 × 32 = 128 bytes; os
#   pixels ocupam 784, um byte cada.
# - **Específico dos dados.** Nas roupas, o erro da mesma rede é {{ clothes_network }}, maior até que o da PCA ({{ clothes_pca }}). O JPEG não sabe nada sobre dígitos e precisa de {{ jpeg_bytes }} bytes,
#   em grande parte do cabeçalho, mas seu erro nas roupas é de apenas {{ clothes_jpeg }}.
#
# Por isso, um autoencoder raramente substitui o JPEG. O interessante é o código: 32 números que descrevem um dígito, achados sem rótulos.
#
# ## 3. Para que servem os autoencoders
#
# | uso | ideia | aula |
# | --- | --- | --- |
# | menos dimensões, mapas | olhar os códigos | 01, 02, 03 |
# | remover ruído, preencher lacunas | corromper a entrada, manter o alvo | 04 |
# | detectar anomalias | o que é mal reconstruído é incomum | 05 |
# | sons e sequências | outras camadas, o mesmo princípio | 06, 07 |
# | gerar imagens | sortear um código e decodificá-lo | 08, 09, 10 |
# | aprender com poucos rótulos | treinar antes o codificador, sem rótulos | 11 |
#
# Cada aula é independente. As aulas 01 a 03 apresentam as ferramentas que as outras usam.
#
# ## Teste-se
#
# Responda primeiro, abra depois.
#
# **1.** Por que o código é menor que a entrada?
#
# <details><summary>Resposta</summary>Com um código de 784 números, a rede poderia copiar os pixels e não precisaria achar o que os dígitos têm em comum. Um código pequeno é um gargalo. As aulas 02 e 04 mostram outras restrições: uma penalidade sobre o código e o ruído.</details>
#
# **2.** Um autoencoder foi treinado com rostos. Você lhe dá a foto de um carro. O que espera?
#
# <details><summary>Resposta</summary>Uma reconstrução ruim, porque o código dele descreve rostos. A aula 05 faz disso um método: um erro de reconstrução grande indica uma entrada incomum.</details>
#
# **3.** Onde entram os rótulos?
#
# <details><summary>Resposta</summary>Em nenhum ponto do treino. O alvo é a própria entrada. Isso se chama aprendizado não supervisionado ou autossupervisionado.</details>
# %% [markdown] lang="en"
# ## Exercise
#
# The cell below the exercise checks your answer at once. `check.find_bug.hint()` gives a hint; call it again for a more detailed one.
#
# ### Find the bug
#
# An assistant wrote the next program and reported a smaller loss than ours. It runs, and the loss is indeed small. But as an
# autoencoder it is of no use. Correct it, and write into `noticed`, in one sentence, how you can tell.
# %% [markdown] lang="pt-BR"
# ## Exercício
#
# A célula abaixo do exercício verifica a resposta na hora. `check.find_bug.hint()` dá uma dica; chame de novo para uma dica mais detalhada.
#
# ### Encontre o erro
#
# Um assistente escreveu o próximo programa e informou um custo menor que o nosso. O programa roda, e o custo é mesmo pequeno. Mas, como
# autoencoder, ele não serve. Corrija-o e escreva em `noticed`, em uma frase, como se percebe isso.
# %% exercise="bug" role="answer"
assisted = keras.Sequential([keras.Input((784,)), layers.Dense(1024, "relu", name="code")])
assisted.add(layers.Dense(784, "sigmoid", name="x_hat"))
assisted.compile("adam", "mse")
assisted.fit(x_train, x_train, batch_size=256, epochs=2, verbose=0)
noticed = ""
### BEGIN SOLUTION
assisted = keras.Sequential([keras.Input((784,)), layers.Dense(32, "relu", name="code")])
assisted.add(layers.Dense(784, "sigmoid", name="x_hat"))
assisted.compile("adam", "mse")
assisted.fit(x_train, x_train, batch_size=256, epochs=2, verbose=0)
noticed = (
    "The code has 1,024 numbers, more than the image has pixels, so nothing forces the network to summarise the digit."
    # pt: "O código tem 1.024 números, mais que os pixels da imagem; nada obriga a rede a resumir o dígito."
)
### END SOLUTION
# %% exercise="bug" role="check"
from exercises import what_is_an_autoencoder as check

check.find_bug(assisted, noticed, x_test)
# check.find_bug.hint()
# %% [markdown] lang="en"
# ## Summary
#
# - An autoencoder is an encoder and a decoder, trained together so that the reconstruction resembles the input.
# - The code between them is small; to pass through it, the network has to find what its data have in common.
# - It is learned from data without labels, it loses detail, and it works for data like those it was trained on.
#
# ## References
#
# - D. E. Rumelhart, G. E. Hinton, R. J. Williams, *Learning internal representations by error propagation*, in Parallel Distributed Processing, MIT Press, 1986.
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, MIT Press, 2016, chapter 14.
# - Courses that these lessons reproduce and extend: Eduardo Lobo Lustosa Cabral, *Autoencoders - Parte 2*; PSI3472, *aula 11*; the lesson *Autoencoders* of
#   AI For Beginners; the slides *AutoEncoder* of the Advanced Institute for Artificial Intelligence; João Linhares, *Autoencoders*, Universidade do Minho.
#
# Next: lesson 01, the linear autoencoder and PCA, or lesson 02 if you know PCA. Code: [{{ repository }}]({{ repository }}), MIT licence; text: CC BY 4.0.
# %% [markdown] lang="pt-BR"
# ## Resumo
#
# - Um autoencoder é um codificador e um decodificador, treinados juntos para que a reconstrução se pareça com a entrada.
# - O código entre os dois é pequeno; para passar por ele, a rede precisa achar o que seus dados têm em comum.
# - Ele se aprende com dados sem rótulos, perde detalhes e funciona com dados parecidos com os do treino.
#
# ## Referências
#
# - D. E. Rumelhart, G. E. Hinton, R. J. Williams, *Learning internal representations by error propagation*, em Parallel Distributed Processing, MIT Press, 1986.
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, MIT Press, 2016, capítulo 14.
# - Cursos que estas aulas reproduzem e ampliam: Eduardo Lobo Lustosa Cabral, *Autoencoders - Parte 2*; PSI3472, *aula 11*; a lição *Autoencoders* de
#   AI For Beginners; os slides *AutoEncoder* do Advanced Institute for Artificial Intelligence; João Linhares, *Autoencoders*, Universidade do Minho.
#
# A seguir: a aula 01, o autoencoder linear e a PCA, ou a aula 02 se você já conhece a PCA. Código: [{{ repository }}]({{ repository }}), licença MIT; texto: CC BY 4.0.
