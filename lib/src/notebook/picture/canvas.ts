/** A canvas that knows rectangles and pixels: enough for plotly.js to draw a heat map, which jsdom alone cannot. */
import { crc32, deflateSync } from "node:zlib";

/** A canvas of the page. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  pixels?: Uint8ClampedArray;
}

/** The drawing context of a canvas: the part that plotly.js uses. */
export function canvasContext(canvas: Canvas): object {
  canvas.pixels ??= new Uint8ClampedArray(canvas.width * canvas.height * 4);
  return {
    fillStyle: "#000",
    createImageData: (width: number, height: number) => ({
      width,
      height,
      data: new Uint8ClampedArray(width * height * 4),
    }),
    putImageData(image: { data: Uint8ClampedArray }) {
      canvas.pixels = image.data;
    },
    fillRect(this: { fillStyle: string }, x: number, y: number, width: number, height: number) {
      const [red = 0, green = 0, blue = 0, alpha = 1] = this.fillStyle.match(/[\d.]+/g)?.map(Number) ?? [];
      const colour = [red, green, blue, Math.round(alpha * 255)];
      for (let row = Math.max(0, Math.round(y)); row < Math.min(canvas.height, Math.round(y + height)); row++)
        for (let column = Math.max(0, Math.round(x)); column < Math.min(canvas.width, Math.round(x + width)); column++)
          canvas.pixels?.set(colour, (row * canvas.width + column) * 4);
    },
  };
}

/** The address of a canvas as a picture. */
export function canvasAddress({ width, height, pixels }: Canvas): string {
  const image = encodePng(width, height, pixels ?? new Uint8ClampedArray(width * height * 4));
  return `data:image/png;base64,${image.toString("base64")}`;
}

/** A PNG of RGBA pixels (https://www.w3.org/TR/png-3/). */
function encodePng(width: number, height: number, pixels: Uint8ClampedArray): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8); // eight bits, red green blue alpha
  const rows = Buffer.alloc(height * (width * 4 + 1)); // each row begins with its filter: none
  for (let row = 0; row < height; row++)
    rows.set(pixels.subarray(row * width * 4, (row + 1) * width * 4), row * (width * 4 + 1) + 1);
  const parts = [pngChunk("IHDR", header), pngChunk("IDAT", deflateSync(rows)), pngChunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), ...parts]);
}

function pngChunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(content.length);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}
