// Reads QR codes from the camera: by the browser where it can, else by jsQR, which is fetched only then.

const EVERY_MS = 150;
const WIDEST = 640;

function loadScript(url) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    Object.assign(script, { src: url, onload: resolve, onerror: reject });
    document.head.append(script);
  });
}

function end(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

async function reader(decoderUrl) {
  const formats = await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => []);
  if (formats?.includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (canvas) => (await detector.detect(canvas))[0]?.rawValue;
  }
  if (!globalThis.jsQR) await loadScript(decoderUrl);
  return (canvas, context) => jsQR(context.getImageData(0, 0, canvas.width, canvas.height).data, canvas.width, canvas.height, { inversionAttempts: "dontInvert" })?.data;
}

export class Scanner {
  constructor(video, decoderUrl, found) {
    Object.assign(this, { video, decoderUrl, found, run: 0 });
    this.canvas = document.createElement("canvas");
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    this.prepare(); // now, while there is a network
  }

  prepare() {
    this.reading ??= reader(this.decoderUrl);
    this.reading.catch(() => { this.reading = undefined; });
    return this.reading;
  }

  // Throws where there is no camera, or nobody allowed it.
  async start() {
    const run = (this.run += 1);
    try {
      await this.watch(() => run === this.run);
    } catch (error) {
      if (run === this.run) throw error;
    }
  }

  // Ends as soon as another start, or a stop, has overtaken it; only then is its camera not the one shown.
  async watch(isMine) {
    const read = await this.prepare(); // first: without it no camera is asked for, and none stays on
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    if (!isMine()) return end(stream);
    this.video.srcObject = stream;
    this.video.hidden = false;
    await this.video.play();
    while (isMine()) {
      const text = await this.look(read);
      if (text && isMine()) this.found(text);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }

  async look(read) {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width) return "";
    const scale = Math.min(1, WIDEST / width);
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.context.drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    return read(this.canvas, this.context);
  }

  stop() {
    this.run += 1;
    end(this.video.srcObject);
    this.video.srcObject = null;
    this.video.hidden = true;
  }
}
