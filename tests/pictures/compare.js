// Two pictures, as PNG in base64: how many pixels differ, and a picture of where. A pixel whose colour stands beside
// it in the other picture was only smoothed in another way, and counts as the same.
async ([before, after]) => {
  const NEAR = 3;
  const read = async (png) => {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    return canvas.getContext("2d").getImageData(0, 0, bitmap.width, bitmap.height);
  };
  const [a, b] = [await read(before), await read(after)];
  const size = `${a.width}×${a.height} → ${b.width}×${b.height}`;
  const [width, height] = [Math.max(a.width, b.width), Math.max(a.height, b.height)];
  const near = (i, j) => [0, 1, 2].every((c) => Math.abs(a.data[i + c] - b.data[j + c]) <= NEAR);
  const place = (picture, x, y) => (x < 0 || y < 0 || x >= picture.width || y >= picture.height ? -1 : (y * picture.width + x) * 4);
  const around = (x, y, found) => [-1, 0, 1].some((dy) => [-1, 0, 1].some((dx) => found(x + dx, y + dy)));
  const same = (x, y) => {
    const [i, j] = [place(a, x, y), place(b, x, y)];
    if (i < 0 || j < 0) return false;
    if (near(i, j)) return true;
    const inAfter = around(x, y, (u, v) => place(b, u, v) >= 0 && near(i, place(b, u, v)));
    return inAfter && around(x, y, (u, v) => place(a, u, v) >= 0 && near(place(a, u, v), j));
  };
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  const shown = context.createImageData(width, height);
  let count = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [at, from] = [(y * width + x) * 4, place(b, x, y)];
      const alike = same(x, y);
      if (!alike) count++;
      const grey = from < 0 ? 255 : 191 + (b.data[from] + b.data[from + 1] + b.data[from + 2]) / 12;
      shown.data.set(alike ? [grey, grey, grey, 255] : [220, 0, 60, 255], at);
    }
  context.putImageData(shown, 0, 0);
  const png = new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
  return { count, size: a.width === b.width && a.height === b.height ? "" : size, png: btoa(Array.from(png, (byte) => String.fromCharCode(byte)).join("")) };
}
