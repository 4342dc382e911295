// Where the lx106 begins in QEMU's "sim" machine: a stack, then start_lx106().
    .section .start, "ax"
    .global _start
    .align 4
_start:
    j begin
    .align 4
    .literal_position
begin:
    movi a1, __stack_top
    movi a0, start_lx106
    callx0 a0
1:  j 1b
