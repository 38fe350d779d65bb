"""What every framework adapter needs: exact positions, and what a hyperparameter follows."""
