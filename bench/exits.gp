# What an exit costs, relative to the unpatched kernel.
set title 'An exit of a guest, ticks relative to the unpatched kernel'
set style data histogram
set style histogram clustered gap 1
set style fill solid border -1
set yrange [0.9:*]
set grid y
set key outside autotitle columnhead
plot for [i=2:columns] data using i:xtic(1)
