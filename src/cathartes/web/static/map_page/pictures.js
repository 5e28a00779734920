// Small pictures that tell looks apart without colour: hatched, plain, dotted; and the diamond.

const SIZE = 16;

/** Put the pictures into a map, in a colour; those of before are replaced. */
export function putPictures(map, colours) {
  put(map, "hatch", picture((pen) => hatch(pen, colours.look)));
  put(map, "dots", picture((pen) => dots(pen, colours.look)));
  put(map, "diamond", picture((pen) => diamond(pen, colours.found, colours.halo)));
  put(map, "square", picture((pen) => square(pen, colours.emitter, colours.halo)));
}

function put(map, name, image) {
  if (map.hasImage(name)) map.removeImage(name);
  map.addImage(name, image, { pixelRatio: 1 });
}

function picture(draw) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const pen = canvas.getContext("2d");
  draw(pen);
  return pen.getImageData(0, 0, SIZE, SIZE);
}

function hatch(pen, colour) {
  pen.strokeStyle = colour;
  pen.globalAlpha = 0.3;
  pen.lineWidth = 1;
  for (const shift of [-SIZE, 0, SIZE]) {
    pen.beginPath();
    pen.moveTo(shift, SIZE);
    pen.lineTo(shift + SIZE, 0);
    pen.stroke();
  }
}

function dots(pen, colour) {
  pen.fillStyle = colour;
  pen.globalAlpha = 0.7;
  for (const [x, y] of [[4, 4], [12, 12]]) {
    pen.beginPath();
    pen.arc(x, y, 1.4, 0, 7);
    pen.fill();
  }
}

function diamond(pen, colour, halo) {
  const middle = SIZE / 2;
  pen.beginPath();
  for (const [x, y] of [[0, -6], [6, 0], [0, 6], [-6, 0]]) pen.lineTo(middle + x, middle + y);
  pen.closePath();
  pen.fillStyle = colour;
  pen.strokeStyle = halo;
  pen.lineWidth = 1.5;
  pen.fill();
  pen.stroke();
}

function square(pen, colour, halo) {
  pen.fillStyle = colour;
  pen.strokeStyle = halo;
  pen.lineWidth = 1.5;
  pen.fillRect(3, 3, 10, 10);
  pen.strokeRect(3, 3, 10, 10);
}
