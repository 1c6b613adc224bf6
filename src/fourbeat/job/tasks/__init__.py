"""What a training makes of each kind of target: its loss, its metrics, its answers."""
