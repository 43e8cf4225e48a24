"""Attacks marked pictures and reads them back: danqing and, with --peers, two packages beside it on the same pictures.

    python3 -m venv ~/.cache/danqing/watermark-venv
    ~/.cache/danqing/watermark-venv/bin/pip install --no-deps -r bench/watermark-requirements.txt
    cargo build --release -p danqing-provenance --example watermark
    ~/.cache/danqing/watermark-venv/bin/python bench/watermark.py --peers --json target/watermark.json

Every attack is Pillow's and NumPy's, none is danqing's own; every random number follows from the names of picture and
attack. A picture counts as read when all 40 bits of the number (32 for the peers) are right, and as wrong when another
number is claimed. --clean N looks for marks in N unmarked pictures and crops instead, and may be stopped and run again.
"""

import argparse, io, json, os, pathlib, subprocess, sys, time, types, zlib

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

import watermark_pictures

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("DANQING_CACHE", pathlib.Path.home() / ".cache/danqing"))
SCRATCH = pathlib.Path("/dev/shm" if os.path.isdir("/dev/shm") else "/tmp") / f"danqing-watermark-{os.getpid()}"


# Attacks: each takes and gives RGB ------------------------------------------------------------------------------------


def saved(image, form, quality):
    buffer = io.BytesIO()
    image.save(buffer, form, quality=quality)
    return Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")


def jpeg(quality):
    return lambda image, rng: saved(image, "JPEG", quality)


def resize(x, y=None):
    y = y or x
    return lambda image, rng: image.resize((round(image.width * x), round(image.height * y)), Image.BICUBIC)


def crop(area):
    def apply(image, rng):
        width, height = round(image.width * area**0.5), round(image.height * area**0.5)
        left, top = rng.integers(0, image.width - width + 1), rng.integers(0, image.height - height + 1)
        return image.crop((left, top, left + width, top + height))
    return apply


def rotate(degrees):
    """Turned, and cut to the largest upright part of the same shape that holds no corner."""
    def apply(image, rng):
        turned = image.rotate(degrees, Image.BICUBIC)
        angle = np.radians(degrees)
        long, short = max(image.size), min(image.size)
        part = short / (long * np.sin(angle) + short * np.cos(angle))
        width, height = int(image.width * part), int(image.height * part)
        left, top = (image.width - width) // 2, (image.height - height) // 2
        return turned.crop((left, top, left + width, top + height))
    return apply


def noise(deviation):
    def apply(image, rng):
        values = np.asarray(image, np.float32) + rng.normal(0, deviation, (image.height, image.width, 3))
        return Image.fromarray(values.round().clip(0, 255).astype(np.uint8))
    return apply


def gamma(power):
    return lambda image, rng: image.point([round(255 * (value / 255) ** power) for value in range(256)] * 3)


def perspective(part):
    """Each corner moves inwards by up to a part of the side, as when a print is photographed by hand."""
    def apply(image, rng):
        width, height = image.size
        corners = np.array([(0, 0), (0, height), (width, height), (width, 0)], float)
        shift = rng.uniform(0, part, (4, 2)) * (width, height)
        corners += shift * np.array([(1, 1), (1, -1), (-1, -1), (-1, 1)])
        out = image.transform(image.size, Image.QUAD, corners.ravel(), Image.BICUBIC)
        return saved(out.filter(ImageFilter.GaussianBlur(0.6)), "JPEG", 80)
    return apply


def screenshot(image, rng):
    canvas = Image.new("RGB", (round(image.width * 1.6), round(image.height * 1.4)), (245, 246, 248))
    canvas.paste((60, 60, 70), (0, 0, canvas.width, 48))
    shown = image.resize((round(image.width * 0.9), round(image.height * 0.9)), Image.BICUBIC)
    canvas.paste(shown, (int(rng.integers(20, canvas.width - shown.width - 20)), 60))
    return saved(canvas, "JPEG", 85)


def both(*steps):
    def apply(image, rng):
        for step in steps:
            image = step(image, rng)
        return image
    return apply


ATTACKS = {
    "none": lambda image, rng: image,
    "jpeg 90": jpeg(90), "jpeg 70": jpeg(70), "jpeg 50": jpeg(50), "jpeg 30": jpeg(30),
    "webp 50": lambda image, rng: saved(image, "WEBP", 50),
    "resize 0.25": resize(0.25), "resize 0.5": resize(0.5), "resize 0.75": resize(0.75), "resize 1.5": resize(1.5),
    "resize 2": resize(2), "width 0.9": resize(0.9, 1), "height 0.8": resize(1, 0.8),
    "crop 70": crop(0.7), "crop 50": crop(0.5), "crop 25": crop(0.25),
    "rotate 2": rotate(2), "rotate 5": rotate(5), "rotate 15": rotate(15),
    "rotate 90": lambda image, rng: image.transpose(Image.ROTATE_90),
    "flip": lambda image, rng: ImageOps.mirror(image),
    "blur 1": lambda image, rng: image.filter(ImageFilter.GaussianBlur(1)),
    "blur 2": lambda image, rng: image.filter(ImageFilter.GaussianBlur(2)),
    "noise 5": noise(5), "noise 15": noise(15),
    "gamma 0.7": gamma(0.7), "gamma 1.4": gamma(1.4),
    "saturation 0": lambda image, rng: ImageEnhance.Color(image).enhance(0),
    "saturation 1.6": lambda image, rng: ImageEnhance.Color(image).enhance(1.6),
    "perspective 2": perspective(0.02), "screenshot": screenshot,
    "resize 0.5 + jpeg 70": both(resize(0.5), jpeg(70)), "resize 0.5 + jpeg 50": both(resize(0.5), jpeg(50)),
    "crop 50 + jpeg 50": both(crop(0.5), jpeg(50)), "rotate 5 + jpeg 70": both(rotate(5), jpeg(70)),
    "rotate 5 + crop 50": both(rotate(5), crop(0.5)), "width 0.9 + crop 70": both(resize(0.9, 1), crop(0.7)), "jpeg 70 twice, 0.72": both(resize(0.72), jpeg(75), jpeg(65)),
}


def attacked(name, attack, marked):
    rng = np.random.default_rng(zlib.crc32(f"{name} {attack}".encode()))
    return ATTACKS[attack](marked, rng)


# Methods --------------------------------------------------------------------------------------------------------------


class Danqing:
    name, bits = "danqing", 40

    def __init__(self, decibels):
        SCRATCH.mkdir(exist_ok=True)
        self.decibels, self.file = decibels, SCRATCH / "picture"
        binary = os.environ.get("WATERMARK_EXAMPLE", ROOT / "target/release/examples/watermark")
        self.process = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, order, image, *rest):
        self.file.write_bytes(image.convert("RGBA").tobytes())
        print(order, self.file, image.width, image.height, *rest, file=self.process.stdin, flush=True)
        return self.process.stdout.readline().split()

    def embed(self, image, number):
        self.ask("embed", image, number, self.decibels)
        return Image.frombytes("RGBA", image.size, self.file.read_bytes())

    def detect(self, image):
        answer = self.ask("detect", image)
        return None if answer[0] == "-" else int(answer[0])


class Invisible:
    bits = 32

    def __init__(self, method):
        # The package loads PyTorch for a third method that is not compared; a name is enough for the import.
        for module in ("torch", "onnxruntime"):
            sys.modules.setdefault(module, types.ModuleType(module))
        import imwatermark
        self.module, self.method, self.name = imwatermark, method, f"invisible-watermark {method}"

    def embed(self, image, number):
        encoder = self.module.WatermarkEncoder()
        encoder.set_watermark("bytes", (number & 0xFFFFFFFF).to_bytes(4, "big"))
        out = encoder.encode(np.asarray(image.convert("RGB"))[:, :, ::-1].copy(), self.method)
        return Image.fromarray(np.ascontiguousarray(out[:, :, ::-1])).convert("RGBA")

    def detect(self, image):
        if image.width * image.height < 256 * 256:
            return None
        decoder = self.module.WatermarkDecoder("bytes", 32)
        return int.from_bytes(decoder.decode(np.asarray(image)[:, :, ::-1].copy(), self.method), "big")


class Blind:
    name, bits = "blind-watermark", 32

    def embed(self, image, number):
        import blind_watermark
        blind_watermark.bw_notes.close()
        mark = blind_watermark.WaterMark(password_img=1, password_wm=1)
        mark.read_img(img=np.asarray(image.convert("RGB"))[:, :, ::-1].copy())
        mark.read_wm([bool(number >> bit & 1) for bit in range(32)], mode="bit")
        out = mark.embed()
        return Image.fromarray(np.asarray(out)[:, :, ::-1].round().clip(0, 255).astype(np.uint8)).convert("RGBA")

    def detect(self, image):
        import blind_watermark
        mark = blind_watermark.WaterMark(password_img=1, password_wm=1)
        try:
            bits = mark.extract(embed_img=np.asarray(image)[:, :, ::-1].copy(), wm_shape=32, mode="bit")
        except Exception:  # it raises on pictures that are too small
            return None
        return sum(1 << bit for bit, value in enumerate(bits) if value > 0.5)


# Runs -----------------------------------------------------------------------------------------------------------------


def on_white(image):
    return Image.alpha_composite(Image.new("RGBA", image.size, (255, 255, 255, 255)), image).convert("RGB")


def quality(before, after):
    from skimage.metrics import structural_similarity
    before, after = np.asarray(before, np.float64), np.asarray(after, np.float64)
    error = max(((before - after) ** 2).mean(), 1e-9)
    return 10 * np.log10(255**2 / error), structural_similarity(before, after, channel_axis=2, data_range=255)


def run(method, pictures, attacks, number_of):
    rows, qualities, times = {}, {}, []
    for name, image in pictures:
        kind = name.split("/")[0]
        number = number_of(name) & ((1 << method.bits) - 1)
        start = time.perf_counter()
        marked = on_white(method.embed(image, number))
        times.append(time.perf_counter() - start)
        qualities.setdefault(kind, []).append(quality(on_white(image), marked))
        for attack in attacks:
            found = method.detect(attacked(name, attack, marked))
            right, wrong, total, missed = rows.setdefault((attack, kind), [0, 0, 0, []])
            hit = found == number
            # A peer always claims some number; only danqing can say that there is none.
            rows[attack, kind] = [right + hit, wrong + (found is not None and not hit), total + 1, missed + [name] * (not hit)]
    return rows, qualities, times


def show(method, rows, qualities, kinds):
    print(f"\n{method.name}")
    for kind in kinds:
        if kind in qualities:
            values = np.array(qualities[kind])
            print(f"  {kind}: {len(values)} pictures, PSNR mean {values[:, 0].mean():.2f} worst {values[:, 0].min():.2f}, "
                  f"SSIM mean {values[:, 1].mean():.4f} worst {values[:, 1].min():.4f}")
    for attack in dict.fromkeys(attack for attack, _ in rows):
        cells = [rows.get((attack, kind), [0, 0, 0, []]) for kind in kinds]
        share = sum(cell[0] for cell in cells) / sum(cell[2] for cell in cells)
        print(f"  {attack:22}", *(f"{cell[0]:4}/{cell[2]:<3}" for cell in cells), f"{100 * share:6.1f} %",
              f"wrong {sum(cell[1] for cell in cells)}", " ".join(sum((cell[3] for cell in cells), [])[:6]))


def clean(count, decibels, state_file):
    """Unmarked pictures: whole, cut, turned and saved."""
    method = Danqing(decibels)
    state = json.loads(state_file.read_text()) if state_file.exists() else {"done": 0, "found": []}
    sources = [on_white(image) for _, image in watermark_pictures.pictures()]
    for at in range(state["done"], count):
        rng = np.random.default_rng(at)
        image = sources[at % len(sources)]
        # A picture comes whole once; after that in pieces that never repeat.
        if at >= len(sources):
            side = int(rng.integers(128, min(image.size)))
            left, top = rng.integers(0, image.width - side), rng.integers(0, image.height - side)
            image = image.crop((left, top, left + side, top + side))
            side = int(rng.integers(128, 480))
            image = image.resize((side, side), Image.BICUBIC).rotate(float(rng.uniform(-20, 20)), Image.BICUBIC)
        if at % 3 == 0:
            image = saved(image, "JPEG", int(rng.integers(40, 95)))
        if method.detect(image) is not None:
            state["found"].append(at)
        state["done"] = at + 1
        if at % 100 == 99 or at + 1 == count:
            state_file.write_text(json.dumps(state))
    print(f"{state['done']} unmarked pictures, marks found in {len(state['found'])}: {state['found'][:20]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decibels", type=float, default=42.0)
    parser.add_argument("--kinds", nargs="*", help="kinds of pictures, all unless named")
    parser.add_argument("--every", type=int, default=1, help="take every so manieth picture")
    parser.add_argument("--attacks", nargs="*", default=list(ATTACKS))
    parser.add_argument("--names", nargs="*", default=[""], help="pictures whose names hold one of these")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--clean", type=int)
    arguments = parser.parse_args()
    if arguments.clean:
        return clean(arguments.clean, arguments.decibels, CACHE / "watermark-clean.json")
    pictures = [*watermark_pictures.pictures()][:: arguments.every]
    pictures = [picture for picture in pictures if any(part in picture[0] for part in arguments.names)]
    if arguments.kinds:
        pictures = [picture for picture in pictures if picture[0].split("/")[0] in arguments.kinds]
    kinds = list(dict.fromkeys(name.split("/")[0] for name, _ in pictures))
    methods = [Danqing(arguments.decibels)]
    if arguments.peers:
        methods += [Invisible("dwtDct"), Invisible("dwtDctSvd"), Blind()]
    record = {}
    for method in methods:
        rows, qualities, times = run(method, pictures, arguments.attacks, lambda name: zlib.crc32(name.encode()) * 251)
        show(method, rows, qualities, kinds)
        record[method.name] = {
            "rows": [[*key, *value] for key, value in rows.items()],
            "quality": {kind: np.array(values).tolist() for kind, values in qualities.items()},
        }
        if arguments.json:
            arguments.json.write_text(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
