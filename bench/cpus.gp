# The steps of a bring-up by the number of CPUs.
set title 'Bring-up with 4 GiB, by step'
set style data histogram
set style histogram rowstacked
set style fill solid border -1
set boxwidth 0.6
set xlabel 'CPUs'
set ylabel 'million ticks'
set yrange [0:*]
set grid y
set key outside autotitle columnhead
plot for [i=2:7] data using i:xtic(1)
