"""Memory that programs use one after the other."""

from rminas_sidecar.kernels.memory import ALIGNMENT, Memory


def test_pieces_are_aligned_and_apart() -> None:
    pieces = Memory().take(5, 40, 1)
    assert [len(piece) for piece in pieces] == [5, 40, 1]
    assert all(piece.data_ptr() % (4 * ALIGNMENT) == 0 for piece in pieces)
    for number, piece in enumerate(pieces):
        piece.fill_(number)
    assert [piece.unique().tolist() for piece in pieces] == [[0], [1], [2]]


def test_a_block_is_used_again_only_after_its_last_piece() -> None:
    memory = Memory()
    first, second = memory.take(100, 100)
    place, view = first.data_ptr(), second[10:20].view(2, 5)
    del first, second
    (other,) = memory.take(100)
    assert other.data_ptr() != place
    del view
    (again,) = memory.take(150)
    assert again.data_ptr() == place


def test_a_block_that_is_too_small_is_given_up() -> None:
    memory = Memory()
    memory.take(100)
    memory.take(1000)
    kept = memory.take(10)[0].untyped_storage().nbytes()
    assert kept >= 4 * 1000


def test_a_block_suffices_for_longer_programs() -> None:
    memory = Memory()
    place = memory.take(100)[0].data_ptr()
    assert memory.take(1 << 25)[0].data_ptr() == place
