// Makes the wall clock of this process leap an hour ahead and back with every other look at it.
const { now } = Date;
let looks = 0;
Date.now = () => {
  looks += 1;
  return now() + (looks % 2 === 0 ? 3_600_000 : -3_600_000);
};
