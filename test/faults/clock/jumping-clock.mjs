// Moves the wall clock of this process an hour ahead or back at every reading.
const { now } = Date;
let looks = 0;
Date.now = () => {
  looks += 1;
  return now() + (looks % 2 === 0 ? 3_600_000 : -3_600_000);
};
