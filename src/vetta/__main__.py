from vetta.cli import main

main()
