"""The pictures that `watermark.py` marks and attacks, by public package, and danqing's own.

    photo   wallpapers of Debian packages that are photographs, and the photographs in scikit-image
    art     wallpapers that were drawn or computed
    flat    Fluent emoji drawn from their vectors, on white, cream and navy
    solid   Fluent emoji in 3D
    own     danqing's, put into the cache by hand, without a mark

Short sides are 512 and 1024 pixels in turn. Everything is put in the cache once, as PNG.
"""

import io, json, os, pathlib, subprocess

from PIL import Image, ImageOps

CACHE = pathlib.Path(os.environ.get("DANQING_CACHE", pathlib.Path.home() / ".cache/danqing"))
FOLDER = CACHE / "watermark-pictures"

DEBIAN = ["mate-backgrounds", "ukui-wallpapers", "lomiri-wallpapers-16.04", "lomiri-wallpapers-20.04", "gnome-backgrounds"]
SCIKIT = """astronaut.png brick.png camera.png chelsea.png coffee.png coins.png grass.png gravel.png hubble_deep_field.jpg
    ihc.png moon.png motorcycle_left.png retina.jpg rocket.jpg""".split()
NPM = {"@iconify-json/fluent-emoji-flat": "1.2.6", "@lobehub/fluent-emoji-3d": "1.1.0"}
GROUNDS = [(255, 255, 255), (250, 236, 215), (31, 60, 110)]
# What is not a photograph among the wallpapers; copies in other sizes and pictures of one colour are left out.
DRAWN = """Painting-Colors analogpattern calla city desert goldfish Arc-Colors Elephants. Flow. Gulp Silk Spring Waves
    Float-into GreenTraditional MATE-Stripes-Light Ubuntu-Mate-Cold Ubuntu-Mate-Dark adwaita-d adwaita-l grid-l licorice-l pixels-l
    symbolic-l truchet-l wood-l rollpaper fluent-color focal""".split()
LEFT_OUT = ["_3840x", "_5640x", "vnc-", "-d.webp", "Stripes-Dark", "desktop/Stripes", "-Warm-", "-Radioactive-", "2004default"]
FLAT, SOLID = 24, 12


def wallpapers():
    folder = CACHE / "watermark-photos"
    if not folder.is_dir():
        folder.mkdir(parents=True)
        subprocess.run(["apt-get", "download", *DEBIAN], cwd=folder, check=True)
        for package in folder.glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, folder / "x"], check=True)
    for file in sorted((folder / "x").rglob("usr/share/backgrounds/**/*.*")):
        drawn = any(part in file.name for part in DRAWN)
        if file.suffix in (".jpg", ".png", ".webp") and not any(part in str(file) for part in LEFT_OUT if not drawn or part != "-d.webp"):
            yield ("art" if drawn else "photo"), file.stem, Image.open(file)


def scikit():
    import skimage

    for name in SCIKIT:
        yield "photo", name.split(".")[0], Image.open(pathlib.Path(skimage.__file__).parent / "data" / name)


def emoji():
    modules = CACHE / "npm/node_modules"
    if not all((modules / name).is_dir() for name in NPM):
        wanted = [f"{name}@{version}" for name, version in NPM.items()]
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--prefix", CACHE / "npm", *wanted], check=True)
    icons = json.loads((modules / "@iconify-json/fluent-emoji-flat/icons.json").read_text())["icons"]
    names = sorted(icons)
    for at in range(FLAT):
        name, side = names[(at * 131 + 17) % len(names)], (512, 1024)[at // 3 % 2]
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">{icons[name]["body"]}</svg>'
        png = subprocess.run(["rsvg-convert", "-w", str(side)], input=svg.encode(), capture_output=True, check=True).stdout
        yield "flat", name, Image.open(io.BytesIO(png)), GROUNDS[at % 3]
    files = sorted((modules / "@lobehub/fluent-emoji-3d/assets").glob("*.webp"))
    for at in range(SOLID):
        file = files[(at * 139 + 5) % len(files)]
        yield "solid", file.stem, Image.open(file), GROUNDS[at % 3]


def on(ground, image):
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, (*ground, 255)), image)


def sized(image, at):
    """Upright, not wider than 2 to 1, and with a short side of 512 or 1024."""
    image = ImageOps.exif_transpose(image).convert("RGB")
    short, long = min(image.size), max(image.size)
    if long > 2 * short:
        image = ImageOps.fit(image, [min(side, 2 * short) for side in image.size])
    scale = (512, 1024)[at % 2] / min(image.size)
    return image.resize([round(side * scale) for side in image.size], Image.Resampling.LANCZOS)


def prepare():
    scratch = FOLDER.with_suffix(".new")
    scratch.mkdir(parents=True, exist_ok=True)
    for at, (kind, name, image) in enumerate([*wallpapers(), *scikit()]):
        sized(image, at).save(scratch / f"{kind}-{name}.png")
    for kind, name, image, ground in emoji():
        image = image if image.width >= 512 else image.resize((512, 512), Image.Resampling.LANCZOS)
        on(ground, image).convert("RGB").save(scratch / f"{kind}-{name}.png")
    scratch.rename(FOLDER)


def pictures():
    """Name and RGBA of every picture, sorted by kind."""
    if not FOLDER.is_dir():
        prepare()
    files = [(file.stem.replace("-", "/", 1), file) for file in FOLDER.glob("*.png")]
    files += [(f"own/{file.stem}", file) for file in (CACHE / "watermark-own").glob("*.png")]
    for name, file in sorted(files):
        yield name, Image.open(file).convert("RGBA")


if __name__ == "__main__":
    for name, image in pictures():
        print(name, *image.size)
